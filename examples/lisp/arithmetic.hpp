// Binary operations: whole numbers inline, reals and refusals not.
#pragma once

#include <string>

#include "machine.hpp"
#include "operations.hpp"
#include "printer.hpp"

namespace lisp {

[[nodiscard]] constexpr bool is_comparison(binary_operation op) noexcept {
  return op >= binary_operation::equal;
}

[[nodiscard]] constexpr const char* name_of(binary_operation op) noexcept {
  constexpr const char* names[] = {"+", "-", "*", "=", "<", ">", "<=", ">=", "eq?"};
  return names[static_cast<std::size_t>(op)];
}

template <class Number>
[[nodiscard]] constexpr bool compare(binary_operation op, Number a, Number b) noexcept {
  switch (op) {
    case binary_operation::less:
      return a < b;
    case binary_operation::greater:
      return a > b;
    case binary_operation::at_most:
      return a <= b;
    case binary_operation::at_least:
      return a >= b;
    default:
      return a == b;
  }
}

/// Effects: calculates where the result is a whole number of 63 bits.
/// Returns: whether it is.
template <binary_operation Op>
[[nodiscard, gnu::always_inline]] inline bool calculate(value a, value b, value& out) noexcept {
  std::int64_t result = 0;
  const auto left = static_cast<std::int64_t>(a.bits);
  const auto right = static_cast<std::int64_t>(b.bits);
  bool overflows = false;
  if constexpr (Op == binary_operation::plus)
    overflows = __builtin_add_overflow(left, right, &result);
  if constexpr (Op == binary_operation::minus)
    overflows = __builtin_sub_overflow(left, right, &result);
  if constexpr (Op == binary_operation::times) {
    overflows = __builtin_mul_overflow(left >> 1, right, &result);
  }
  out = {static_cast<std::uint64_t>(result)};
  return !overflows;
}

[[nodiscard]] inline bool is_any_number(value v) noexcept {
  return is_number(v) || is(v, kind::real);
}
[[nodiscard]] inline double as_double(value v) noexcept {
  return is_number(v) ? static_cast<double>(number_of(v)) : as<real>(v).number;
}

[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_operand(position where,
                                                                  const char* operation,
                                                                  const char* wanted, value got) {
  throw failure(where, std::string(operation) + " needs " + wanted + ", and got " + shown(got));
}

[[gnu::cold, gnu::noinline]] inline void expect_numbers(position where, binary_operation op,
                                                        value a, value b) {
  if (!is_any_number(a)) refuse_operand(where, name_of(op), "numbers", a);
  if (!is_any_number(b)) refuse_operand(where, name_of(op), "numbers", b);
}

/// Effects: as calculate, where a number is real or the result is too large.
template <class Memory>
[[gnu::cold, gnu::noinline]] value calculate_rare(machine_base& base, position where,
                                                  binary_operation op, value a, value b) {
  expect_numbers(where, op, a, b);
  if (are_numbers(a, b)) {
    throw failure(where, std::string(name_of(op)) + " of " + shown(a) + " and " + shown(b) +
                             " is beyond 63 bits: use reals, such as 1e20");
  }
  const double left = as_double(a);
  const double right = as_double(b);
  const double result = op == binary_operation::plus    ? left + right
                        : op == binary_operation::minus ? left - right
                                                        : left * right;
  return machine<Memory>::of(base).template make<real>(where, result);
}

[[gnu::cold, gnu::noinline]] inline bool compare_rare(position where, binary_operation op, value a,
                                                      value b) {
  expect_numbers(where, op, a, b);
  return compare(op, as_double(a), as_double(b));
}

/// The operands stay the caller's.
template <class Memory, binary_operation Op>
[[gnu::always_inline]] inline bool holds(position where, value a, value b) {
  if constexpr (Op == binary_operation::same) {
    return a == b;
  } else if (are_numbers(a, b)) [[likely]] {
    return compare(Op, static_cast<std::int64_t>(a.bits), static_cast<std::int64_t>(b.bits));
  } else {
    return compare_rare(where, Op, a, b);
  }
}

template <class Memory, binary_operation Op>
[[gnu::always_inline]] inline value apply(machine_base& m, position where, value a, value b) {
  if constexpr (is_comparison(Op)) {
    return boolean(holds<Memory, Op>(where, a, b));
  } else {
    value result;
    if (are_numbers(a, b) && calculate<Op>(a, b, result)) [[likely]] {
      return result;
    }
    return calculate_rare<Memory>(m, where, Op, a, b);
  }
}

}  // namespace lisp
