// Nodes of operators, each with its operands' ways of being found; and the branches
// that test them without making a value.
#pragma once

#include "arithmetic.hpp"
#include "run_control.hpp"

namespace lisp {

// -- Two operands -----------------------------------------------------------------

/// Effects: calls `use(left, right)`, which borrows both. A slot is read after the other
/// operand ran, which may assign to it.
template <class Memory, left_operand Left, right_operand Right, class Use>
[[gnu::always_inline]] inline auto with_operands(const binary_node& n, machine_base& m,
                                                 value* frame, Use&& use) {
  const auto right_of = [&] {
    return Right == right_operand::constant ? n.constant : frame[n.right_index];
  };
  if constexpr (Left == left_operand::slot && Right == right_operand::any) {
    const held<Memory> right(run(*n.right, m, frame));
    return use(frame[n.left_index], right.get());
  } else if constexpr (Left == left_operand::slot) {
    return use(frame[n.left_index], right_of());
  } else if constexpr (Right == right_operand::any) {
    const held<Memory> left(run(*n.left, m, frame));
    const held<Memory> right(run(*n.right, m, frame));
    return use(left.get(), right.get());
  } else {
    const held<Memory> left(run(*n.left, m, frame));
    return use(left.get(), right_of());
  }
}

template <class Memory, binary_operation Op, left_operand Left, right_operand Right>
value run_binary(const node& self, machine_base& m, value* frame) {
  const auto& n = static_cast<const binary_node&>(self);
  return with_operands<Memory, Left, Right>(
      n, m, frame, [&](value a, value b) { return apply<Memory, Op>(m, n.where, a, b); });
}

template <class Memory, binary_operation Op, left_operand Left, right_operand Right>
value run_branch_binary(const node& self, machine_base& m, value* frame) {
  const auto& n = static_cast<const branch_node&>(self);
  const auto& test = static_cast<const binary_node&>(*n.test);
  const bool is_so = with_operands<Memory, Left, Right>(test, m, frame, [&](value a, value b) {
    if constexpr (is_comparison(Op)) {
      return holds<Memory, Op>(test.where, a, b);
    } else {
      drop<Memory>(apply<Memory, Op>(m, test.where, a, b));  // a number, which is true
      return true;
    }
  });
  return run(is_so ? *n.then : *n.otherwise, m, frame);
}

template <class Memory>
value run_cons(const node& self, machine_base& base, value* frame) {
  const auto& n = static_cast<const binary_node&>(self);
  held<Memory> car(run(*n.left, base, frame));
  held<Memory> cdr(run(*n.right, base, frame));
  const value made =
      machine<Memory>::of(base).template make<pair<Memory>>(n.where, car.get(), cdr.get());
  car.release();
  cdr.release();
  return made;
}

// -- One operand ------------------------------------------------------------------

/// Returns: a field, still the pair's.
template <class Memory, bool Cdr>
[[nodiscard, gnu::always_inline]] inline value field(position where, value v) {
  if (!pair<Memory>::is(v)) [[unlikely]] {
    refuse_operand(where, Cdr ? "cdr" : "car", "a pair", v);
  }
  const auto& fields = as<pair_fields>(v);
  return Cdr ? fields.cdr : fields.car;
}

/// Effects: calls `use(operand)`, which borrows it.
template <class Memory, unary_operand Operand, class Use>
[[gnu::always_inline]] inline auto with_operand(const unary_node& n, machine_base& m, value* frame,
                                                Use&& use) {
  if constexpr (Operand == unary_operand::any) {
    const held<Memory> operand(run(*n.operand, m, frame));
    return use(operand.get());
  } else if constexpr (Operand == unary_operand::slot) {
    return use(frame[n.index]);
  } else {
    constexpr bool cdr = Operand == unary_operand::slot_cdr;
    return use(field<Memory, cdr>(n.where, frame[n.index]));
  }
}

/// Returns: the result, which belongs to the operand where it is an object.
template <class Memory, unary_operation Op>
[[gnu::always_inline]] inline value apply(position where, value v) {
  if constexpr (Op == unary_operation::car) return field<Memory, false>(where, v);
  if constexpr (Op == unary_operation::cdr) return field<Memory, true>(where, v);
  if constexpr (Op == unary_operation::is_null) return boolean(v == nil);
  if constexpr (Op == unary_operation::is_pair) return boolean(pair<Memory>::is(v));
  if constexpr (Op == unary_operation::negate) return boolean(!is_true(v));
}

template <class Memory, unary_operation Op, unary_operand Operand>
value run_unary(const node& self, machine_base& m, value* frame) {
  const auto& n = static_cast<const unary_node&>(self);
  return with_operand<Memory, Operand>(
      n, m, frame, [&](value v) { return add<Memory>(apply<Memory, Op>(n.where, v)); });
}

template <class Memory, unary_operation Op, unary_operand Operand>
value run_branch_unary(const node& self, machine_base& m, value* frame) {
  const auto& n = static_cast<const branch_node&>(self);
  const auto& test = static_cast<const unary_node&>(*n.test);
  const bool is_so = with_operand<Memory, Operand>(
      test, m, frame, [&](value v) { return is_true(apply<Memory, Op>(test.where, v)); });
  return run(is_so ? *n.then : *n.otherwise, m, frame);
}

}  // namespace lisp
