// The functions behind nodes, as a table: the generator picks from it, and so needs not
// know with which memory they were compiled.
#pragma once

#include <cstdint>

#include "node.hpp"
#include "syntax.hpp"

namespace lisp {

enum class unary_operation : std::uint8_t { car, cdr, is_null, is_pair, negate };
inline constexpr std::size_t unary_operations = 5;

enum class binary_operation : std::uint8_t {
  plus,
  minus,
  times,
  equal,
  less,
  greater,
  at_most,
  at_least,
  same
};
inline constexpr std::size_t binary_operations = 9;

/// slot, the car or cdr of the pair in a slot, any node
enum class unary_operand : std::uint8_t { slot, slot_car, slot_cdr, any };
inline constexpr std::size_t unary_operands = 4;
enum class left_operand : std::uint8_t { slot, any };
enum class right_operand : std::uint8_t { constant, slot, any };

/// Calls with fewer arguments have a function each.
inline constexpr std::size_t call_sizes = 4;

struct operations {
  run_function constant, local, local_cell, captured, captured_cell, global;
  run_function assign_local, assign_cell, assign_captured_cell, assign_global;
  run_function sequence, all, any, function, box_parameter;
  run_function bind, recursive, turns, again;
  run_function branch;
  run_function unary[unary_operations][unary_operands];
  run_function branch_unary[unary_operations][unary_operands];
  run_function binary[binary_operations][2][3];
  run_function branch_binary[binary_operations][2][3];
  run_function cons;
  run_function call_global[call_sizes + 1];
  run_function call[call_sizes + 1];
  run_function tail_call_global[call_sizes + 1];
  run_function tail_call[call_sizes + 1];
  run_function call_builtin;

  /// Returns: the object that the syntax stands for, counted.
  value (*quote)(machine_base&, const syntax&);
};

}  // namespace lisp
