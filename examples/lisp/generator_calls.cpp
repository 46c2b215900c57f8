// Calls: of closures, of builtins, and of those builtins that are nodes of their own.
#include <algorithm>

#include "generator_make.hpp"

namespace lisp {
namespace {

template <std::size_t Count>
std::size_t index_of(name* const (&names)[Count], const name* id) {
  return static_cast<std::size_t>(std::find(names, names + Count, id) - names);
}

// Returns: the one argument of a call of that function at top level; nullptr: it is none.
const core* argument_of(const core& at, const name* function) {
  const bool is_call = at.kind == form::call && at.parts.size() == 2;
  const bool is_it = is_call && at.parts[0]->kind == form::global && at.parts[0]->id == function;
  return is_it ? at.parts[1] : nullptr;
}

}  // namespace

bool generator::is_slot(const core& at, const frame& f) const {
  return at.kind == form::local && at.var->owner == f.function && !at.var->boxed();
}

const node* generator::call(const core& at, frame& f, std::uint32_t depth) {
  const core& callee = *at.parts[0];
  if (callee.kind == form::global && callee.id->is_builtin) {
    const node* const made = inlined(at, f, depth, false);
    return made != nullptr ? made : builtin_call(at, f, depth);
  }
  const auto arguments = at.parts.subspan(1);
  const std::size_t size = std::min(arguments.size(), call_sizes);
  const bool is_global = callee.kind == form::global;
  const auto& functions = at.is_tail ? (is_global ? table_->tail_call_global : table_->tail_call)
                                     : (is_global ? table_->call_global : table_->call);
  auto& made = make<call_node>(functions[size], at);
  made.live = depth;
  made.base = depth + 1;  // below it, the closure
  made.count = static_cast<std::uint32_t>(arguments.size());
  made.id = is_global ? callee.id : nullptr;
  made.callee = is_global ? nullptr : any_form(callee, f, depth);
  made.arguments = stacked(arguments, f, made.base).data();
  return &made;
}

const node* generator::builtin_call(const core& at, frame& f, std::uint32_t depth) {
  auto& made = make<call_node>(table_->call_builtin, at);
  const auto arguments = at.parts.subspan(1);
  made.id = at.parts[0]->id;
  made.base = depth;
  made.count = static_cast<std::uint32_t>(arguments.size());
  made.arguments = stacked(arguments, f, depth).data();
  return &made;
}

// As a test the node's own function is never called: the branch has it within.
const node* generator::inlined(const core& at, frame& f, std::uint32_t depth, bool as_test) {
  const name* const id = at.parts[0]->id;
  if (at.parts.size() == 2) {
    const std::size_t found = index_of(unary_names_, id);
    if (found < unary_operations) return unary(at, found, f, depth, as_test);
  }
  if (at.parts.size() != 3) return nullptr;
  if (id == cons_ && !as_test) return pair(at, f, depth);
  const std::size_t found = index_of(binary_names_, id);
  return found < binary_operations ? binary(at, found, f, depth, as_test) : nullptr;
}

const node* generator::unary(const core& at, std::size_t operation, frame& f, std::uint32_t depth,
                             bool as_test) {
  const auto& functions = (as_test ? table_->branch_unary : table_->unary)[operation];
  const auto make_with = [&](unary_operand operand) -> unary_node& {
    return make<unary_node>(functions[static_cast<std::size_t>(operand)], at);
  };
  const core& operand = *at.parts[1];
  if (is_slot(operand, f)) {
    unary_node& made = make_with(unary_operand::slot);
    made.index = operand.var->slot;
    return &made;
  }
  for (const unary_operand field : {unary_operand::slot_car, unary_operand::slot_cdr}) {
    const auto* const reader = unary_names_[field == unary_operand::slot_car ? 0 : 1];
    const core* const owner = argument_of(operand, reader);
    if (owner == nullptr || !is_slot(*owner, f)) continue;
    unary_node& made = make_with(field);
    made.index = owner->var->slot;
    return &made;
  }
  unary_node& made = make_with(unary_operand::any);
  made.operand = any_form(operand, f, depth);
  return &made;
}

const node* generator::binary(const core& at, std::size_t operation, frame& f, std::uint32_t depth,
                              bool as_test) {
  const core& left = *at.parts[1];
  const core& right = *at.parts[2];
  const bool is_left_slot = is_slot(left, f);
  const bool is_constant =
      right.kind == form::constant && right.quoted == nullptr && !is_object(right.constant);
  const right_operand kind = is_constant         ? right_operand::constant
                             : is_slot(right, f) ? right_operand::slot
                                                 : right_operand::any;
  const auto& functions = (as_test ? table_->branch_binary : table_->binary)[operation];
  auto& made =
      make<binary_node>(functions[is_left_slot ? 0 : 1][static_cast<std::size_t>(kind)], at);
  if (is_left_slot) {
    made.left_index = left.var->slot;
  } else {
    made.left = any_form(left, f, depth);
  }
  if (kind == right_operand::constant) made.constant = right.constant;
  if (kind == right_operand::slot) made.right_index = right.var->slot;
  // What is left has no slot while the right side is found: C++ holds it.
  if (kind == right_operand::any) made.right = any_form(right, f, depth);
  return &made;
}

const node* generator::pair(const core& at, frame& f, std::uint32_t depth) {
  auto& made = make<binary_node>(table_->cons, at);
  made.left = any_form(*at.parts[1], f, depth);
  made.right = any_form(*at.parts[2], f, depth);
  return &made;
}

const node* generator::branch(const core& at, frame& f, std::uint32_t depth) {
  const core& test = *at.parts[0];
  run_function run = table_->branch;
  const node* tested = nullptr;
  if (test.kind == form::call && test.parts[0]->kind == form::global &&
      test.parts[0]->id->is_builtin) {
    tested = inlined(test, f, depth, true);
    if (tested != nullptr) run = tested->run;
  }
  if (tested == nullptr) tested = any_form(test, f, depth);
  auto& made = make<branch_node>(run, at);
  made.test = tested;
  made.then = any_form(*at.parts[1], f, depth);
  made.otherwise = any_form(*at.parts[2], f, depth);
  return &made;
}

}  // namespace lisp
