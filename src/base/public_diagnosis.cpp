// How the public templates end a program, or warn it, and the fatal diagnoses that more
// than one layer makes; those of one layer stand there, in its public_*_diagnosis.cpp.
// See strata/base/detail/diagnosis.hpp.
#include <strata/base/detail/diagnosis.hpp>

#include <cstdio>
#include <cstdlib>

#include "base/fatal.hpp"
#include "base/text.hpp"

namespace strata::detail {
namespace {

void write_to_stderr(std::string_view text) noexcept {
  std::fwrite(text.data(), 1, text.size(), stderr);
}

void abort_program() noexcept { std::abort(); }

constexpr base::fatal_hooks voice{.write = write_to_stderr, .die = abort_program};

}  // namespace

void fatal(std::string_view name, std::string_view what) noexcept {
  base::provide_fatal_hooks(voice);
  base::fatal(name, what);
}

void warn(std::string_view what) noexcept {
  base::provide_fatal_hooks(voice);
  base::warn(what);
}

void report_more_freed_than_given(std::string_view resource, void* block, std::size_t bytes,
                                  std::size_t given) noexcept {
  fatal("more freed than given out", base::text<512>{}
                                         .add("\"")
                                         .add(resource)
                                         .add("\" gets ")
                                         .add_decimal(bytes)
                                         .add(" bytes back, at ")
                                         .add_pointer(block)
                                         .add(", but has only ")
                                         .add_decimal(given)
                                         .add(" given out; the size is wrong, or a block was "
                                              "given back twice or is of another resource")
                                         .view());
}

void report_pages_in_use(std::string_view kind, std::string_view account,
                         std::size_t blocks) noexcept {
  fatal("pages in use", base::text<512>{}
                            .add("the ")
                            .add(kind)
                            .add(" resource of account \"")
                            .add(account)
                            .add("\" ends while ")
                            .add_decimal(blocks)
                            .add(" of its blocks live; destroy what stands on it first")
                            .view());
}

void report_too_many_handles(const void* counts) noexcept {
  fatal("too many handles", base::text<256>{}
                                .add("2147483648 handles refer to one object, whose counts lie at ")
                                .add_pointer(counts)
                                .add("; handles are lost without being destroyed")
                                .view());
}

}  // namespace strata::detail
