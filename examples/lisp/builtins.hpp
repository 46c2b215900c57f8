// Functions of the interpreter's own: by name, number of arguments and code.
#pragma once

#include <cstdint>
#include <span>
#include <string>

#include "arithmetic.hpp"
#include "machine.hpp"

namespace lisp {

/// The arguments stay the caller's; the result is its, too.
/// Throws: failure, at the place of the call.
using builtin_function = value (*)(machine_base&, const node& call, value* arguments,
                                   std::uint32_t count);

inline constexpr std::uint32_t any_count = UINT32_MAX;

struct builtin_entry {
  const char* name;
  std::uint32_t least;
  std::uint32_t most;
  builtin_function run;
};

[[noreturn, gnu::cold]] void refuse_arguments(const builtin_entry& entry, const node& call,
                                              std::uint32_t count);

inline value call_entry(const builtin_entry& entry, machine_base& m, const node& call,
                        value* arguments, std::uint32_t count) {
  if (count < entry.least || count > entry.most) [[unlikely]] {
    refuse_arguments(entry, call, count);
  }
  return entry.run(m, call, arguments, count);
}

inline value expect(const node& call, const char* function, value v, kind wanted,
                    const char* article_and_name) {
  if (!is(v, wanted)) [[unlikely]] {
    refuse_operand(call.where, function, article_and_name, v);
  }
  return v;
}

/// Returns: a whole number between 0 and `most`.
inline std::size_t expect_index(const node& call, const char* function, value v, std::size_t most) {
  if (!is_number(v)) refuse_operand(call.where, function, "a whole number", v);
  if (number_of(v) < 0 || static_cast<std::size_t>(number_of(v)) > most) {
    throw failure(call.where, std::string(function) + ": " + shown(v) +
                                  " is out of range, which is 0 to " + std::to_string(most));
  }
  return static_cast<std::size_t>(number_of(v));
}

/// Each file of builtins has a table.
template <class Memory>
std::span<const builtin_entry> number_builtins();
template <class Memory>
std::span<const builtin_entry> list_builtins();
template <class Memory>
std::span<const builtin_entry> text_builtins();
template <class Memory>
std::span<const builtin_entry> other_builtins();

}  // namespace lisp
