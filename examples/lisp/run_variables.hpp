// Nodes of constants and variables.
#pragma once

#include "machine.hpp"

namespace lisp {

template <class Memory>
value run_constant(const node& self, machine_base&, value*) {
  return add<Memory>(static_cast<const constant_node&>(self).content);
}

template <class Memory>
value run_local(const node& self, machine_base&, value* frame) {
  return add<Memory>(frame[static_cast<const variable_node&>(self).index]);
}

[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_unset(const node& self, const name& id) {
  throw failure(self.where,
                "'" + std::string(id.text) + "' is not defined: define it before it is used");
}

template <class Memory>
value checked(const node& self, value v) {
  if (v == unset) [[unlikely]] {
    refuse_unset(self, *static_cast<const variable_node&>(self).id);
  }
  return add<Memory>(v);
}

template <class Memory>
value run_local_cell(const node& self, machine_base&, value* frame) {
  const auto& n = static_cast<const variable_node&>(self);
  return checked<Memory>(self, as<cell_fields>(frame[n.index]).content);
}

[[nodiscard]] inline value& captured(value* frame, std::uint32_t index) {
  return as<closure_fields>(frame[-1]).values()[index];
}

template <class Memory>
value run_captured(const node& self, machine_base&, value* frame) {
  return add<Memory>(captured(frame, static_cast<const variable_node&>(self).index));
}

template <class Memory>
value run_captured_cell(const node& self, machine_base&, value* frame) {
  const auto& n = static_cast<const variable_node&>(self);
  return checked<Memory>(self, as<cell_fields>(captured(frame, n.index)).content);
}

template <class Memory>
value run_global(const node& self, machine_base&, value*) {
  return checked<Memory>(self, static_cast<const variable_node&>(self).id->global);
}

// The old value goes last: what it ends sees the new one.
template <class Memory>
value assign(value& target, value content) {
  drop<Memory>(std::exchange(target, content));
  return nothing;
}

template <class Memory>
value run_assign_local(const node& self, machine_base& m, value* frame) {
  const auto& n = static_cast<const assign_node&>(self);
  const value content = run(*n.content, m, frame);
  return assign<Memory>(frame[n.index], content);
}

template <class Memory>
value run_assign_cell(const node& self, machine_base& m, value* frame) {
  const auto& n = static_cast<const assign_node&>(self);
  const value content = run(*n.content, m, frame);
  return assign<Memory>(as<cell_fields>(frame[n.index]).content, content);
}

template <class Memory>
value run_assign_captured_cell(const node& self, machine_base& m, value* frame) {
  const auto& n = static_cast<const assign_node&>(self);
  const value content = run(*n.content, m, frame);
  return assign<Memory>(as<cell_fields>(captured(frame, n.index)).content, content);
}

template <class Memory>
value run_assign_global(const node& self, machine_base& m, value* frame) {
  const auto& n = static_cast<const assign_node&>(self);
  held<Memory> content(run(*n.content, m, frame));
  if (!n.is_new && n.id->global == unset) refuse_unset(self, *n.id);
  return assign<Memory>(n.id->global, content.release());
}

template <class Memory>
value run_lambda(const node& self, machine_base& base, value* frame) {
  const auto& n = static_cast<const function_node&>(self);
  auto& m = machine<Memory>::of(base);
  const std::size_t count = n.captures.size();
  auto& made =
      m.template make_sized<closure<Memory>>(self.where, count * sizeof(value), n.what, count);
  value* out = made.values();
  for (const capture& from : n.captures) {
    *out++ = add<Memory>(from.from_frame ? frame[from.index] : captured(frame, from.index));
  }
  return object(&made);
}

/// Effects: the slot holds a cell, which holds what the slot held.
template <class Memory>
void box(machine_base& base, position where, value& slot) {
  slot = machine<Memory>::of(base).template make<cell<Memory>>(where, slot);
}

template <class Memory>
value run_box_parameter(const node& self, machine_base& m, value* frame) {
  box<Memory>(m, self.where, frame[static_cast<const variable_node&>(self).index]);
  return nothing;
}

}  // namespace lisp
