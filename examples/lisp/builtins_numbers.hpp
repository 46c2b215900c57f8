// Builtins on numbers; those of two operands are nodes as well.
#pragma once

#include <algorithm>
#include <cmath>

#include "builtins.hpp"

namespace lisp {

// Of any number of operands: from left to right.
template <class Memory, binary_operation Op>
value accumulate(machine_base& m, const node& call, value* arguments, std::uint32_t count) {
  const value start = number(Op == binary_operation::times ? 1 : 0);
  const bool is_one = count == 1;
  held<Memory> result(count == 0 || is_one ? start : add<Memory>(arguments[0]));
  for (std::uint32_t i = is_one ? 0 : 1; i < count; ++i) {
    const value next = apply<Memory, Op>(m, call.where, result.get(), arguments[i]);
    drop<Memory>(result.replace(next));
  }
  return result.release();
}

template <class Memory, binary_operation Op>
value is_in_order(machine_base&, const node& call, value* arguments, std::uint32_t count) {
  bool all = true;
  for (std::uint32_t i = 1; i < count; ++i) {
    all = holds<Memory, Op>(call.where, arguments[i - 1], arguments[i]) && all;
  }
  return boolean(all);
}

inline std::int64_t expect_divisor(const node& call, const char* function, value a, value b) {
  if (!is_number(a)) refuse_operand(call.where, function, "whole numbers", a);
  if (!is_number(b)) refuse_operand(call.where, function, "whole numbers", b);
  if (number_of(b) == 0) throw failure(call.where, std::string(function) + ": division by zero");
  return number_of(b);
}

template <class Memory>
value divide(machine_base& m, const node& call, value* arguments, std::uint32_t) {
  expect_numbers(call.where, binary_operation::minus, arguments[0], arguments[1]);
  const double by = as_double(arguments[1]);
  if (by == 0) throw failure(call.where, "/: division by zero");
  const value a = arguments[0];
  const value b = arguments[1];
  if (are_numbers(a, b) && number_of(b) != -1 && number_of(a) % number_of(b) == 0) {
    return number(number_of(a) / number_of(b));
  }
  return machine<Memory>::of(m).template make<real>(call.where, as_double(a) / by);
}

template <class Memory>
value quotient(machine_base& m, const node& call, value* arguments, std::uint32_t) {
  const std::int64_t by = expect_divisor(call, "quotient", arguments[0], arguments[1]);
  if (by == -1) {
    return apply<Memory, binary_operation::minus>(m, call.where, number(0), arguments[0]);
  }
  return number(number_of(arguments[0]) / by);
}

inline value remainder(machine_base&, const node& call, value* arguments, std::uint32_t) {
  const std::int64_t by = expect_divisor(call, "remainder", arguments[0], arguments[1]);
  return number(number_of(arguments[0]) % by);
}

inline value modulo(machine_base&, const node& call, value* arguments, std::uint32_t) {
  const std::int64_t by = expect_divisor(call, "modulo", arguments[0], arguments[1]);
  const std::int64_t rest = number_of(arguments[0]) % by;
  return number(rest != 0 && (rest < 0) != (by < 0) ? rest + by : rest);
}

template <class Memory>
value square_root(machine_base& m, const node& call, value* arguments, std::uint32_t) {
  if (!is_any_number(arguments[0]) || as_double(arguments[0]) < 0) {
    refuse_operand(call.where, "sqrt", "a number of at least 0", arguments[0]);
  }
  const double root = std::sqrt(as_double(arguments[0]));
  return machine<Memory>::of(m).template make<real>(call.where, root);
}

template <class Memory>
std::span<const builtin_entry> number_builtins() {
  using enum binary_operation;
  static constexpr builtin_entry entries[] = {
      {"+", 0, any_count, accumulate<Memory, plus>},
      {"-", 1, any_count, accumulate<Memory, minus>},
      {"*", 0, any_count, accumulate<Memory, times>},
      {"=", 1, any_count, is_in_order<Memory, equal>},
      {"<", 1, any_count, is_in_order<Memory, less>},
      {">", 1, any_count, is_in_order<Memory, greater>},
      {"<=", 1, any_count, is_in_order<Memory, at_most>},
      {">=", 1, any_count, is_in_order<Memory, at_least>},
      {"/", 2, 2, divide<Memory>},
      {"quotient", 2, 2, quotient<Memory>},
      {"remainder", 2, 2, remainder},
      {"modulo", 2, 2, modulo},
      {"sqrt", 1, 1, square_root<Memory>},
  };
  return entries;
}

}  // namespace lisp
