// The table of operations, filled with the functions of one memory.
#pragma once

#include <utility>

#include "operations.hpp"
#include "quote.hpp"
#include "run_calls.hpp"
#include "run_control.hpp"
#include "run_operators.hpp"

namespace lisp {

template <class Memory, unary_operation Op>
constexpr void fill_unary(operations& table) {
  constexpr auto fill =
      []<std::size_t... Operand>(operations & out, std::index_sequence<Operand...>) {
    constexpr auto op = static_cast<std::size_t>(Op);
    ((out.unary[op][Operand] = run_unary<Memory, Op, static_cast<unary_operand>(Operand)>), ...);
    ((out.branch_unary[op][Operand] =
          run_branch_unary<Memory, Op, static_cast<unary_operand>(Operand)>),
     ...);
  };
  fill(table, std::make_index_sequence<unary_operands>());
}

template <class Memory, binary_operation Op, left_operand Left>
constexpr void fill_binary_from(operations& table) {
  constexpr auto fill = []<std::size_t... Right>(operations & out, std::index_sequence<Right...>) {
    constexpr auto op = static_cast<std::size_t>(Op);
    constexpr auto left = static_cast<std::size_t>(Left);
    ((out.binary[op][left][Right] =
          run_binary<Memory, Op, Left, static_cast<right_operand>(Right)>),
     ...);
    ((out.branch_binary[op][left][Right] =
          run_branch_binary<Memory, Op, Left, static_cast<right_operand>(Right)>),
     ...);
  };
  fill(table, std::make_index_sequence<3>());
}

template <class Memory>
constexpr void fill_operators(operations& table) {
  []<std::size_t... Op>(operations & out, std::index_sequence<Op...>) {
    (fill_unary<Memory, static_cast<unary_operation>(Op)>(out), ...);
  }
  (table, std::make_index_sequence<unary_operations>());
  []<std::size_t... Op>(operations & out, std::index_sequence<Op...>) {
    (fill_binary_from<Memory, static_cast<binary_operation>(Op), left_operand::slot>(out), ...);
    (fill_binary_from<Memory, static_cast<binary_operation>(Op), left_operand::any>(out), ...);
  }
  (table, std::make_index_sequence<binary_operations>());
}

template <class Memory>
constexpr void fill_calls(operations& table) {
  []<std::size_t... Size>(operations & out, std::index_sequence<Size...>) {
    ((out.call_global[Size] = run_call_global<Memory, Size>), ...);
    ((out.call[Size] = run_call<Memory, Size>), ...);
    ((out.tail_call_global[Size] = run_tail_call_global<Memory, Size>), ...);
    ((out.tail_call[Size] = run_tail_call<Memory, Size>), ...);
  }
  (table, std::make_index_sequence<call_sizes + 1>());
  table.call_builtin = run_call_builtin<Memory>;
}

template <class Memory>
constexpr operations make_operations() {
  operations table{};
  table.constant = run_constant<Memory>;
  table.local = run_local<Memory>;
  table.local_cell = run_local_cell<Memory>;
  table.captured = run_captured<Memory>;
  table.captured_cell = run_captured_cell<Memory>;
  table.global = run_global<Memory>;
  table.assign_local = run_assign_local<Memory>;
  table.assign_cell = run_assign_cell<Memory>;
  table.assign_captured_cell = run_assign_captured_cell<Memory>;
  table.assign_global = run_assign_global<Memory>;
  table.sequence = run_sequence<Memory>;
  table.all = run_logic<Memory, false>;
  table.any = run_logic<Memory, true>;
  table.function = run_lambda<Memory>;
  table.box_parameter = run_box_parameter<Memory>;
  table.bind = run_bind<Memory>;
  table.recursive = run_recursive<Memory>;
  table.turns = run_turns<Memory>;
  table.again = run_again<Memory>;
  table.branch = run_branch<Memory>;
  table.cons = run_cons<Memory>;
  fill_operators<Memory>(table);
  fill_calls<Memory>(table);
  table.quote = quote<Memory>;
  return table;
}

template <class Memory>
inline constexpr operations operations_of = make_operations<Memory>();

}  // namespace lisp
