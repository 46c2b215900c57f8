// Nodes of control: sequences, branches, bindings, loops.
#pragma once

#include "run_variables.hpp"

namespace lisp {

template <class Memory>
value run_sequence(const node& self, machine_base& m, value* frame) {
  const auto& parts = static_cast<const parts_node&>(self).parts;
  for (const node* const part : parts.first(parts.size() - 1)) {
    drop<Memory>(run(*part, m, frame));
  }
  return run(*parts.back(), m, frame);
}

// `Stop` says which truth ends it: that of `or` with true, `and` with false.
template <class Memory, bool Stop>
value run_logic(const node& self, machine_base& m, value* frame) {
  const auto& parts = static_cast<const parts_node&>(self).parts;
  for (const node* const part : parts.first(parts.size() - 1)) {
    const value v = run(*part, m, frame);
    if (is_true(v) == Stop) return v;
    drop<Memory>(v);
  }
  return run(*parts.back(), m, frame);
}

template <class Memory>
value run_branch(const node& self, machine_base& m, value* frame) {
  const auto& n = static_cast<const branch_node&>(self);
  const value tested = run(*n.test, m, frame);
  drop<Memory>(tested);
  return run(is_true(tested) ? *n.then : *n.otherwise, m, frame);
}

// After a tail call the slots are the callee's already. Those that a failure leaves are
// cleared with the stack.
template <class Memory>
value leave_body(const bind_node& n, value result, value* frame) {
  if (result == tail_mark) return result;
  for (std::size_t i = 0; i < n.boxed.size(); ++i) clear<Memory>(frame[n.base + i]);
  return result;
}

template <class Memory>
void set_variables(const bind_node& n, machine_base& m, value* frame) {
  for (std::size_t i = 0; i < n.boxed.size(); ++i) {
    value& slot = frame[n.base + i];
    slot = run(*n.values[i], m, frame);
    if (n.boxed[i]) box<Memory>(m, n.where, slot);
  }
}

template <class Memory>
value run_bind(const node& self, machine_base& m, value* frame) {
  const auto& n = static_cast<const bind_node&>(self);
  set_variables<Memory>(n, m, frame);
  return leave_body<Memory>(n, run(*n.body, m, frame), frame);
}

template <class Memory>
value run_recursive(const node& self, machine_base& m, value* frame) {
  const auto& n = static_cast<const bind_node&>(self);
  for (std::size_t i = 0; i < n.boxed.size(); ++i) {
    value& slot = frame[n.base + i];
    if (!n.boxed[i]) continue;
    slot = unset;
    box<Memory>(m, n.where, slot);
  }
  for (std::size_t i = 0; i < n.boxed.size(); ++i) {
    const value content = run(*n.values[i], m, frame);
    value& slot = frame[n.base + i];
    assign<Memory>(n.boxed[i] ? as<cell_fields>(slot).content : slot, content);
  }
  return leave_body<Memory>(n, run(*n.body, m, frame), frame);
}

template <class Memory>
value run_turns(const node& self, machine_base& m, value* frame) {
  const auto& n = static_cast<const bind_node&>(self);
  set_variables<Memory>(n, m, frame);
  value result;
  do {
    result = run(*n.body, m, frame);
  } while (result == loop_mark && m.turning == &self);
  return leave_body<Memory>(n, result, frame);
}

// Each turn has variables of its own: where closures share one, it is a new cell.
template <class Memory>
value run_again(const node& self, machine_base& m, value* frame) {
  const auto& n = static_cast<const again_node&>(self);
  const std::size_t count = n.values.size();
  for (std::size_t i = 0; i < count; ++i) frame[n.scratch + i] = run(*n.values[i], m, frame);
  for (std::size_t i = 0; i < count; ++i) {
    value& next = frame[n.scratch + i];
    if (n.boxed[i]) box<Memory>(m, self.where, next);
    assign<Memory>(frame[n.base + i], std::exchange(next, {}));
  }
  m.turning = n.turns;
  return loop_mark;
}

}  // namespace lisp
