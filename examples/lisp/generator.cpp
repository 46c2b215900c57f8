// Variables, bindings, loops and functions; calls are in generator_calls.cpp.
#include "generator.hpp"

#include <algorithm>
#include <string>

#include "generator_make.hpp"

namespace lisp {

generator::generator(strata::arena& memory, name_table& names, const operations& table,
                     machine_base& machine)
    : memory_(&memory), table_(&table), machine_(&machine), cons_(&names.intern("cons")) {
  constexpr const char* unary_texts[] = {"car", "cdr", "null?", "pair?", "not"};
  constexpr const char* binary_texts[] = {"+", "-", "*", "=", "<", ">", "<=", ">=", "eq?"};
  std::transform(std::begin(unary_texts), std::end(unary_texts), unary_names_,
                 [&](const char* text) { return &names.intern(text); });
  std::transform(std::begin(binary_texts), std::end(binary_texts), binary_names_,
                 [&](const char* text) { return &names.intern(text); });
}

// Parameters that closures share move into cells first.
const code& generator::generate(const lambda& function) {
  frame f{&function};
  std::uint32_t depth = 0;
  for (variable* const parameter : function.parameters) parameter->slot = depth++;
  f.reach(depth);
  std::vector<const node*> steps;
  for (const variable* const parameter : function.parameters) {
    if (!parameter->boxed()) continue;
    auto& box = make<variable_node>(table_->box_parameter, *function.body);
    box.index = parameter->slot;
    steps.push_back(&box);
  }
  const node* body = any_form(*function.body, f, depth);
  if (!steps.empty()) {
    steps.push_back(body);
    const auto copy = array_in<const node*>(*memory_, steps.size());
    std::copy(steps.begin(), steps.end(), copy.begin());
    auto& whole = make<parts_node>(table_->sequence, *function.body);
    whole.parts = copy;
    body = &whole;
  }
  return *memory_->make<code>(code{body, static_cast<std::uint32_t>(function.parameters.size()),
                                   f.most, static_cast<std::uint32_t>(function.captures.size()),
                                   function.id});
}

generator::nodes generator::each(std::span<core* const> parts, frame& f, std::uint32_t depth) {
  const auto made = array_in<const node*>(*memory_, parts.size());
  for (std::size_t i = 0; i < parts.size(); ++i) made[i] = any_form(*parts[i], f, depth);
  return made;
}

// Each value stays in a slot while the next one is found.
generator::nodes generator::stacked(std::span<core* const> parts, frame& f, std::uint32_t base) {
  const auto made = array_in<const node*>(*memory_, parts.size());
  for (std::size_t i = 0; i < parts.size(); ++i) {
    made[i] = any_form(*parts[i], f, base + static_cast<std::uint32_t>(i));
  }
  f.reach(base + static_cast<std::uint32_t>(parts.size()));
  return made;
}

std::span<const bool> generator::boxes(std::span<variable* const> variables) {
  const auto made = memory_->make_array<bool>(variables.size());
  std::transform(variables.begin(), variables.end(), made.begin(),
                 [](const variable* var) { return var->boxed(); });
  return made;
}

const node* generator::any_form(const core& at, frame& f, std::uint32_t depth) {
  switch (at.kind) {
    case form::constant:
      return constant(at);
    case form::local:
      return local(at, f);
    case form::global: {
      auto& made = make<variable_node>(table_->global, at);
      made.id = at.id;
      return &made;
    }
    case form::assign:
      return assign(at, f, depth);
    case form::define:
      return define(at, f, depth);
    case form::branch:
      return branch(at, f, depth);
    case form::sequence:
      return parts(table_->sequence, at, f, depth);
    case form::all:
      return parts(table_->all, at, f, depth);
    case form::any:
      return parts(table_->any, at, f, depth);
    case form::bind:
      return bind(table_->bind, at, at.variables, f, depth);
    case form::recursive:
      return bind(table_->recursive, at, at.variables, f, depth);
    case form::turns:
      return turns(at, f, depth);
    case form::again:
      return again(at, f, depth);
    case form::function:
      return function(at, f);
    case form::call:
      return call(at, f, depth);
  }
  return nullptr;
}

const node* generator::constant(const core& at) {
  auto& made = make<constant_node>(table_->constant, at);
  made.content = at.quoted == nullptr ? at.constant : table_->quote(*machine_, *at.quoted);
  return &made;
}

// -- Variables --------------------------------------------------------------------

const node* generator::local(const core& at, const frame& f) {
  const variable& var = *at.var;
  const bool is_here = var.owner == f.function;
  const run_function run = is_here ? (var.boxed() ? table_->local_cell : table_->local)
                                   : (var.boxed() ? table_->captured_cell : table_->captured);
  auto& made = make<variable_node>(run, at);
  made.index = is_here ? var.slot : captured_index(*f.function, var);
  made.id = var.id;
  return &made;
}

const node* generator::assign(const core& at, frame& f, std::uint32_t depth) {
  const variable& var = *at.var;
  const bool is_here = var.owner == f.function;
  const run_function run = !is_here      ? table_->assign_captured_cell
                           : var.boxed() ? table_->assign_cell
                                         : table_->assign_local;
  auto& made = make<assign_node>(run, at);
  made.index = is_here ? var.slot : captured_index(*f.function, var);
  made.content = any_form(*at.parts[0], f, depth);
  return &made;
}

const node* generator::define(const core& at, frame& f, std::uint32_t depth) {
  auto& made = make<assign_node>(table_->assign_global, at);
  made.id = at.id;
  made.is_new = !at.is_tail;
  made.content = any_form(*at.parts[0], f, depth);
  return &made;
}

// -- Bindings ---------------------------------------------------------------------

const node* generator::parts(run_function run, const core& at, frame& f, std::uint32_t depth) {
  auto& made = make<parts_node>(run, at);
  made.parts = each(at.parts, f, depth);
  return &made;
}

const node* generator::bind(run_function run, const core& at, std::span<variable* const> variables,
                            frame& f, std::uint32_t depth) {
  auto& made = make<bind_node>(run, at);
  made.base = depth;
  for (variable* const var : variables) var->slot = depth++;
  f.reach(depth);
  made.boxed = boxes(variables);
  const auto values = at.parts.first(variables.size());
  // A let's variables come one by one, those of a letrec are all there from the start.
  made.values = at.kind == form::recursive ? each(values, f, depth) : stacked(values, f, made.base);
  made.body = any_form(*at.parts.back(), f, depth);
  return &made;
}

const node* generator::turns(const core& at, frame& f, std::uint32_t depth) {
  auto& made = make<bind_node>(table_->turns, at);
  loops_[at.turns] = &made;
  loop_slots_[at.turns] = made.base = depth;
  const auto variables = at.turns->variables;
  for (variable* const var : variables) var->slot = depth++;
  made.boxed = boxes(variables);
  made.values = stacked(at.parts.first(variables.size()), f, made.base);
  made.body = any_form(*at.parts.back(), f, depth);
  return &made;
}

const node* generator::again(const core& at, frame& f, std::uint32_t depth) {
  auto& made = make<again_node>(table_->again, at);
  made.turns = loops_[at.turns];
  made.base = loop_slots_[at.turns];
  made.boxed = boxes(at.turns->variables);
  made.scratch = depth;
  made.values = stacked(at.parts, f, depth);
  return &made;
}

const node* generator::function(const core& at, frame& f) {
  auto& made = make<function_node>(table_->function, at);
  const lambda& inner = *at.function;
  const auto captures = memory_->make_array<capture>(inner.captures.size());
  for (std::size_t i = 0; i < captures.size(); ++i) {
    const variable& var = *inner.captures[i];
    const bool is_here = var.owner == f.function;
    captures[i] = {is_here ? var.slot : captured_index(*f.function, var), is_here};
  }
  made.captures = captures;
  made.what = &generate(inner);
  return &made;
}

}  // namespace lisp
