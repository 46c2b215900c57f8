// What runs: a tree of nodes, each with the function that evaluates it. Variables are
// indices by now, and frequent operands are part of their operator.
//
// The frame of a call, on the stack of values:
//
//   frame[-1]   the closure that runs; 0 where it has captured nothing
//   frame[0]    parameters, then variables of lets and loops, then arguments on their way
//
// How high it is at each node is known when nodes are made, so that no stack pointer
// moves. Invariant: a slot that is not in use holds zero.
#pragma once

#include <cstdint>
#include <span>

#include "failure.hpp"
#include "names.hpp"
#include "value.hpp"

namespace lisp {

struct node;
struct machine_base;

/// Returns: the value of the node, which the caller then owns; tail_mark or loop_mark
///   where the node stands last in a function or in a loop.
using run_function = value (*)(const node&, machine_base&, value* frame);

struct node {
  run_function run;
  position where;
};

[[gnu::always_inline]] inline value run(const node& n, machine_base& m, value* frame) {
  return n.run(n, m, frame);
}

/// What a closure runs.
struct code {
  const node* body;
  std::uint32_t parameters;
  std::uint32_t slots;  // of the frame, arguments on their way included
  std::uint32_t captures;
  const name* id;  // nullptr: a lambda without name
};

struct constant_node : node {
  value content;
};
struct variable_node : node {
  std::uint32_t index;  // of a slot, or of a captured value
  const name* id;
};
struct assign_node : node {
  const node* content;
  std::uint32_t index;
  name* id;
  bool is_new;  // a definition, that need not be there
};
/// The operand is a slot, a field of the pair in a slot, or any node.
struct unary_node : node {
  const node* operand;
  std::uint32_t index;
};
/// The left operand is a slot or any node, the right one a constant, a slot or any node.
struct binary_node : node {
  const node* left;
  const node* right;
  value constant;
  std::uint32_t left_index;
  std::uint32_t right_index;
};
struct branch_node : node {
  const node* test;  // its function is part of the branch's, but for the general branch
  const node* then;
  const node* otherwise;
};
struct parts_node : node {
  std::span<const node* const> parts;
};
struct bind_node : node {
  std::span<const node* const> values;
  const node* body;
  std::uint32_t base;  // slot of the first variable
  std::span<const bool> boxed;
};
/// The next turn of a loop: values go to `scratch`, and from there to `base`.
struct again_node : node {
  std::span<const node* const> values;
  std::span<const bool> boxed;
  const node* turns;
  std::uint32_t base;
  std::uint32_t scratch;
};
/// Requires: the callee's frame begins at slot `base`.
struct call_node : node {
  const name* id;  // of a variable at top level; else
  const node* callee;
  const node* const* arguments;
  std::uint32_t count;
  std::uint32_t base;
  std::uint32_t live;  // slots in use, which a tail call clears
};
struct capture {
  std::uint32_t index;
  bool from_frame;  // else from what the running closure has captured
};
struct function_node : node {
  const code* what;
  std::span<const capture> captures;
};

}  // namespace lisp
