// Two kinds of errors, never mixed: a refused request is a value; a caller's
// mistake, or a broken invariant of ours, ends the program with one named
// diagnosis. Every such diagnosis is a function declared here, with its likely
// cause in its text.
//
// Output and death go through hooks, because base knows no operating system:
// the os layer installs them before main.
#pragma once

#include <cstddef>
#include <string_view>

namespace strata::base {

// Where a check stands. (std::source_location needs a newer clang.)
struct place {
  const char* file;
  unsigned line;

  [[nodiscard]] static constexpr place here(const char* file = __builtin_FILE(),
                                            unsigned line = __builtin_LINE()) noexcept {
    return {file, line};
  }
};

struct fatal_hooks {
  void (*write)(std::string_view text) noexcept;
  void (*die)() noexcept;  // must not return; when it does, the program traps
};

// The hooks must last: any thread may fail at any time. nullptr: none.
void set_fatal_hooks(const fatal_hooks* hooks) noexcept;

// The same where none are set yet: a program that uses a part of the library
// above a resource of its own may never have started the os layer.
void provide_fatal_hooks(const fatal_hooks& hooks) noexcept;

// A warning is one line, written through the same hook; the program goes on.
void warn(std::string_view what) noexcept;

[[noreturn]] void fatal(std::string_view name, std::string_view what) noexcept;
[[noreturn]] void fatal_check(std::string_view what, const place& where) noexcept;

// In every build: an inconsistency here must not be survived.
inline void check(bool ok, std::string_view what, const place& where = place::here()) noexcept {
  if (!ok) [[unlikely]] {
    fatal_check(what, where);
  }
}

// In debug builds only: costs nothing, not even the condition, elsewhere.
template <class Condition>
inline void debug_check([[maybe_unused]] Condition condition,
                        [[maybe_unused]] std::string_view what,
                        [[maybe_unused]] const place& where = place::here()) noexcept {
#ifndef NDEBUG
  check(condition(), what, where);
#endif
}

// -- Mistakes of the program that uses strata --------------------------------

[[noreturn, gnu::cold]] void report_double_free(const void* block, std::size_t block_size) noexcept;
[[noreturn, gnu::cold]] void report_foreign_free(const void* pointer) noexcept;
[[noreturn, gnu::cold]] void report_interior_free(const void* pointer, const void* block,
                                                  std::size_t block_size) noexcept;
[[noreturn, gnu::cold]] void report_misaligned_free(const void* pointer) noexcept;
[[noreturn, gnu::cold]] void report_free_of_unused(const void* pointer) noexcept;
[[noreturn, gnu::cold]] void report_size_mismatch(const void* block, std::size_t given,
                                                  std::size_t actual) noexcept;
[[noreturn, gnu::cold]] void report_corrupted_link(const void* block,
                                                   std::size_t block_size) noexcept;
[[noreturn, gnu::cold]] void report_reentry() noexcept;
[[noreturn, gnu::cold]] void report_wrong_heap(const void* block, std::string_view heap) noexcept;
[[noreturn, gnu::cold]] void report_scope_order(bool same_thread) noexcept;
[[noreturn, gnu::cold]] void report_heap_in_scope(std::string_view heap,
                                                  std::size_t scopes) noexcept;

}  // namespace strata::base
