// Builtins that ask what a value is, compare, print, and end.
#pragma once

#include <cstdio>

#include "builtins.hpp"
#include "run_operators.hpp"

namespace lisp {

template <kind Wanted>
value is_kind(machine_base&, const node&, value* arguments, std::uint32_t) {
  return boolean(is(arguments[0], Wanted));
}
inline value is_nil(machine_base&, const node&, value* arguments, std::uint32_t) {
  return boolean(arguments[0] == nil);
}
inline value is_numeric(machine_base&, const node&, value* arguments, std::uint32_t) {
  return boolean(is_any_number(arguments[0]));
}
inline value is_char(machine_base&, const node&, value* arguments, std::uint32_t) {
  return boolean(is_character(arguments[0]));
}
inline value is_boolean(machine_base&, const node&, value* arguments, std::uint32_t) {
  return boolean(arguments[0] == yes || arguments[0] == no);
}
inline value is_procedure(machine_base&, const node&, value* arguments, std::uint32_t) {
  return boolean(is(arguments[0], kind::closure) || is(arguments[0], kind::builtin));
}
inline value negate(machine_base&, const node&, value* arguments, std::uint32_t) {
  return boolean(!is_true(arguments[0]));
}
inline value is_same(machine_base&, const node&, value* arguments, std::uint32_t) {
  return boolean(arguments[0] == arguments[1]);
}

// Down the first elements by recursion, along the list by a loop.
inline bool are_equal(const machine_base& m, position where, value a, value b) {
  if (static_cast<const char*>(__builtin_frame_address(0)) < m.deepest) {
    throw stack_failure(where, "stack too deep");
  }
  for (; is(a, kind::pair) && is(b, kind::pair); b = as<pair_fields>(b).cdr) {
    if (a == b) return true;
    if (!are_equal(m, where, as<pair_fields>(a).car, as<pair_fields>(b).car)) return false;
    a = as<pair_fields>(a).cdr;
  }
  if (a == b) return true;
  if (kind_of(a) != kind_of(b)) return false;
  if (is(a, kind::text)) return view(a) == view(b);
  if (is(a, kind::real)) return as<real>(a).number == as<real>(b).number;
  if (!is(a, kind::vector)) return false;
  const auto& left = as<vector_fields>(a);
  const auto& right = as<vector_fields>(b);
  return std::equal(left.values(), left.values() + left.count, right.values(),
                    right.values() + right.count,
                    [&](value x, value y) { return are_equal(m, where, x, y); });
}

inline value is_equal(machine_base& m, const node& call, value* arguments, std::uint32_t) {
  return boolean(are_equal(m, call.where, arguments[0], arguments[1]));
}

// -- Output -----------------------------------------------------------------------

inline void flush(machine_base& m) {
  std::fwrite(m.output.data(), 1, m.output.size(), stdout);
  std::fflush(stdout);
  m.output.clear();
}

inline void print_out(machine_base& m, value v, style how) {
  constexpr std::size_t output_most = 4096;
  print(m.output, v, how);
  if (m.output.size() > output_most) flush(m);
}

inline value display(machine_base& m, const node&, value* arguments, std::uint32_t count) {
  for (std::uint32_t i = 0; i < count; ++i) print_out(m, arguments[i], style::display);
  return nothing;
}
inline value write(machine_base& m, const node&, value* arguments, std::uint32_t) {
  print_out(m, arguments[0], style::write);
  return nothing;
}
inline value newline(machine_base& m, const node&, value*, std::uint32_t) {
  print_out(m, character('\n'), style::display);
  return nothing;
}

inline value error(machine_base&, const node& call, value* arguments, std::uint32_t count) {
  std::string what;
  for (std::uint32_t i = 0; i < count; ++i) {
    if (i != 0) what += ' ';
    if (is(arguments[i], kind::text)) {
      what += view(arguments[i]);
    } else {
      what += shown(arguments[i]);
    }
  }
  throw failure(call.where, what);
}

inline value exit_now(machine_base&, const node& call, value* arguments, std::uint32_t count) {
  const std::size_t status = count == 0 ? 0 : expect_index(call, "exit", arguments[0], 255);
  throw exit_request{static_cast<int>(status)};
}

/// How many objects were part of dead cycles, and are gone.
template <class Memory>
value collect(machine_base& m, const node&, value*, std::uint32_t) {
  return number(static_cast<std::int64_t>(machine<Memory>::of(m).memory.collect()));
}

template <class Memory>
std::span<const builtin_entry> other_builtins() {
  static constexpr builtin_entry entries[] = {
      {"null?", 1, 1, is_nil},
      {"pair?", 1, 1, is_kind<kind::pair>},
      {"symbol?", 1, 1, is_kind<kind::symbol>},
      {"string?", 1, 1, is_kind<kind::text>},
      {"vector?", 1, 1, is_kind<kind::vector>},
      {"number?", 1, 1, is_numeric},
      {"char?", 1, 1, is_char},
      {"boolean?", 1, 1, is_boolean},
      {"procedure?", 1, 1, is_procedure},
      {"not", 1, 1, negate},
      {"eq?", 2, 2, is_same},
      {"equal?", 2, 2, is_equal},
      {"display", 1, any_count, display},
      {"write", 1, 1, write},
      {"newline", 0, 0, newline},
      {"error", 1, any_count, error},
      {"exit", 0, 1, exit_now},
      {"collect", 0, 0, collect<Memory>},
  };
  return entries;
}

}  // namespace lisp
