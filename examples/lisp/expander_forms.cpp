// The special forms of the expander.
#include <algorithm>

#include "expander.hpp"

namespace lisp {
namespace {

constexpr auto define_usage = "(define name value) or (define (name parameters ...) body ...)";

// Returns: the name in a (define ...), which has the right number of parts.
const syntax& defined_name(const syntax& at) {
  expect_count(at, 2, SIZE_MAX, define_usage);
  const syntax& target = at.at(1);
  if (target.kind == syntax_kind::list) {
    if (target.count == 0) throw failure(target.where, std::string("write ") + define_usage);
    return *target.first;
  }
  expect_count(at, 2, 2, define_usage);
  return target;
}

// Returns: the list of (name value) in a let.
const syntax& bindings_of(const syntax& at, const syntax& list, const char* usage) {
  if (list.kind != syntax_kind::list) {
    throw failure(list.where, std::string("a list of (name value) was expected: ") + usage);
  }
  if (list.next == nullptr) throw failure(at.where, std::string("a body is missing: ") + usage);
  for (const syntax* one = list.first; one != nullptr; one = one->next) {
    if (one->kind != syntax_kind::list || one->count != 2) {
      throw failure(one->where, std::string("(name value) was expected: ") + usage);
    }
  }
  return list;
}

}  // namespace

core* expander::quote(const syntax& at, const place& p) {
  expect_count(at, 1, 1, "'value");
  core& made = make(form::constant, at);
  made.quoted = at.first->next;
  static_cast<void>(p);
  return &made;
}

core* expander::branch(const syntax& at, const place& p) {
  expect_count(at, 2, 3, "(if test then else)");
  core& made = make(form::branch, at);
  made.parts = parts_of(3);
  made.parts[0] = any_form(at.at(1), p.inner());
  made.parts[1] = any_form(at.at(2), p.last());
  made.parts[2] = at.count == 4 ? any_form(at.at(3), p.last()) : constant(at, nothing);
  return &made;
}

core* expander::condition(const syntax& at, bool wanted, const place& p) {
  expect_count(at, 2, SIZE_MAX, "(when test body ...) or (unless test body ...)");
  core& made = make(form::branch, at);
  made.parts = parts_of(3);
  made.parts[0] = any_form(at.at(1), p.inner());
  made.parts[wanted ? 1 : 2] = sequence(at, at.at(1).next, p.last());
  made.parts[wanted ? 2 : 1] = constant(at, nothing);
  return &made;
}

core* expander::cond(const syntax& at, const place& p) { return clauses(at, at.first->next, p); }

core* expander::clauses(const syntax& at, const syntax* clause, const place& p) {
  if (clause == nullptr) return constant(at, nothing);
  if (clause->kind != syntax_kind::list || clause->count < 2) {
    throw failure(clause->where, "a clause of cond is written (test body ...)");
  }
  if (clause->first->is(*else_)) {
    if (clause->next != nullptr) throw failure(clause->next->where, "nothing follows else");
    return sequence(*clause, clause->first->next, p.last());
  }
  core& made = make(form::branch, *clause);
  made.parts = parts_of(3);
  made.parts[0] = any_form(*clause->first, p.inner());
  made.parts[1] = sequence(*clause, clause->first->next, p.last());
  made.parts[2] = clauses(at, clause->next, p.last());
  return &made;
}

core* expander::logic(form kind, const syntax& at, const place& p) {
  if (at.count == 1) return constant(at, boolean(kind == form::all));
  core& made = make(kind, at);
  made.parts = parts_of(at.count - 1);
  auto out = made.parts.begin();
  for (const syntax* part = at.first->next; part != nullptr; part = part->next) {
    *out++ = any_form(*part, part->next == nullptr ? p.last() : p.inner());
  }
  return &made;
}

core* expander::begin(const syntax& at, const place& p) {
  if (at.count == 1) return constant(at, nothing);
  return sequence(at, at.first->next, p);
}

core* expander::sequence(const syntax& owner, const syntax* first, const place& p) {
  if (first->next == nullptr) return any_form(*first, p);
  core& made = make(form::sequence, owner);
  std::vector<core*> parts;
  for (; first != nullptr; first = first->next) {
    place here = first->next == nullptr ? p.last() : p.inner();
    here.is_top = p.is_top;
    parts.push_back(any_form(*first, here));
  }
  made.parts = parts_of(parts.size());
  std::copy(parts.begin(), parts.end(), made.parts.begin());
  return &made;
}

core* expander::define(const syntax& at, const place& p) {
  const syntax& id = defined_name(at);
  if (!p.is_top) {
    throw failure(at.where, "define stands at top level, or first in a body: use let here");
  }
  make_variable(id, nullptr);
  if (id.symbol->is_builtin) {
    throw failure(id.where,
                  "'" + std::string(id.symbol->text) + "' is built in: choose another name");
  }
  core& made = make(form::define, at);
  made.id = id.symbol;
  made.parts = parts_of(1);
  made.parts[0] = initial(at, p.inner());
  return &made;
}

core* expander::assign(const syntax& at, const place& p) {
  expect_count(at, 2, 2, "(set! name value)");
  const syntax& id = at.at(1);
  make_variable(id, nullptr);
  core& target = *reference(id, p);
  core& made = make(target.kind == form::global ? form::define : form::assign, at);
  if (target.kind == form::global && target.id->is_builtin) {
    throw failure(id.where, "'" + std::string(id.symbol->text) + "' is built in: it stays");
  }
  made.id = target.id;
  made.var = target.var;
  made.is_tail = true;  // of a define: that the variable has to be there
  if (made.var != nullptr) made.var->assigned = true;
  made.parts = parts_of(1);
  made.parts[0] = any_form(at.at(2), p.inner());
  return &made;
}

// -- Bindings ---------------------------------------------------------------------

core* expander::let(const syntax& at, const place& p) {
  constexpr auto usage = "(let ((name value) ...) body ...)";
  expect_count(at, 2, SIZE_MAX, usage);
  if (at.at(1).kind == syntax_kind::symbol) return named_let(at, p);
  const syntax& list = bindings_of(at, at.at(1), usage);
  core& made = make(form::bind, at);
  made.variables = array_in<variable*>(*memory_, list.count);
  made.parts = parts_of(list.count + 1);
  const syntax* one = list.first;
  for (std::size_t i = 0; i < list.count; ++i, one = one->next) {
    made.variables[i] = make_variable(*one->first, p.within);
    made.parts[i] = any_form(*one->first->next, p.inner());
  }
  place inside = p.last();
  inside.scope = bind_all(made.variables, p.scope);
  made.parts.back() = body(at, list.next, inside);
  return &made;
}

core* expander::let_star(const syntax& at, const place& p) {
  constexpr auto usage = "(let* ((name value) ...) body ...)";
  expect_count(at, 2, SIZE_MAX, usage);
  const syntax& list = bindings_of(at, at.at(1), usage);
  place inside = p.last();
  core* whole = nullptr;
  core** out = &whole;
  for (const syntax* one = list.first; one != nullptr; one = one->next) {
    core& made = make(form::bind, *one);
    made.variables = array_in<variable*>(*memory_, 1);
    made.parts = parts_of(2);
    made.parts[0] = any_form(*one->first->next, inside.inner());
    made.variables[0] = make_variable(*one->first, p.within);
    inside.scope = bind(made.variables[0], inside.scope);
    *out = &made;
    out = &made.parts[1];
  }
  *out = body(at, list.next, inside);
  return whole;
}

core* expander::letrec(const syntax& at, const place& p) {
  constexpr auto usage = "(letrec ((name value) ...) body ...)";
  expect_count(at, 2, SIZE_MAX, usage);
  const syntax& list = bindings_of(at, at.at(1), usage);
  std::vector<const syntax*> ids;
  for (const syntax* one = list.first; one != nullptr; one = one->next) {
    ids.push_back(one->first);
  }
  std::vector<const syntax*> definitions;
  return recursive(at, ids, definitions, list.next, p);
}

// Definitions first, then expressions.
core* expander::body(const syntax& owner, const syntax* first, const place& p) {
  std::vector<const syntax*> ids;
  std::vector<const syntax*> definitions;
  for (; first != nullptr; first = first->next) {
    if (first->kind != syntax_kind::list || first->count == 0 || !first->first->is(*define_)) break;
    ids.push_back(&defined_name(*first));
    definitions.push_back(first);
  }
  if (first == nullptr) throw failure(owner.where, "a body ends with an expression");
  if (ids.empty()) return sequence(owner, first, p.last());
  return recursive(owner, ids, definitions, first, p);
}

// A variable is as good as a let's unless a function that its value contains, or one
// before it, has captured it by then.
core* expander::recursive(const syntax& at, std::vector<const syntax*>& ids,
                          std::vector<const syntax*>& definitions, const syntax* rest,
                          const place& p) {
  core& made = make(form::recursive, at);
  made.variables = array_in<variable*>(*memory_, ids.size());
  made.parts = parts_of(ids.size() + 1);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    made.variables[i] = make_variable(*ids[i], p.within);
    made.variables[i]->defined = false;
  }
  place inside = p.last();
  inside.scope = bind_all(made.variables, p.scope);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    variable& var = *made.variables[i];
    made.parts[i] = definitions.empty() ? any_form(*ids[i]->next, inside.inner())
                                        : initial(*definitions[i], inside.inner());
    if (made.parts[i]->kind == form::function) made.parts[i]->function->id = var.id;
    if (var.captured) var.assigned = true;
    var.defined = true;
  }
  made.parts.back() = sequence(at, rest, inside);
  return &made;
}

core* expander::named_let(const syntax& at, const place& p) {
  constexpr auto usage = "(let name ((name value) ...) body ...)";
  expect_count(at, 3, SIZE_MAX, usage);
  const syntax& list = bindings_of(at, at.at(2), usage);
  const auto variables = array_in<variable*>(*memory_, list.count);
  const syntax* one = list.first;
  for (variable*& var : variables) {
    var = make_variable(*one->first, p.within);
    one = one->next;
  }
  if (!functions_.contains(&at)) {
    if (core* const made = loop_or_nothing(at, variables, p)) return made;
    functions_.insert(&at);
  }
  return loop_as_function(at, p);
}

core* expander::loop_or_nothing(const syntax& at, std::span<variable*> variables, const place& p) {
  const syntax& list = at.at(2);
  auto* const turns = memory_->make<loop>();
  turns->variables = variables;
  core& made = make(form::turns, at);
  made.turns = turns;
  made.parts = parts_of(variables.size() + 1);
  const syntax* one = list.first;
  for (std::size_t i = 0; i < variables.size(); ++i, one = one->next) {
    made.parts[i] = any_form(*one->first->next, p.inner());
  }
  const binding name_of_loop{at.at(1).symbol, nullptr, turns, p.scope};
  const loop_chain chain{turns, p.loops};
  const place inside{p.within, bind_all(variables, &name_of_loop), &chain, p.is_tail, false};
  made.parts.back() = body(at, list.next, inside);
  return turns->escapes ? nullptr : &made;
}

// (let f ((x 1)) ...) is ((letrec ((f (lambda (x) ...))) f) 1).
core* expander::loop_as_function(const syntax& at, const place& p) {
  const syntax& id = at.at(1);
  const syntax& list = at.at(2);
  core& made = make(form::recursive, at);
  made.variables = array_in<variable*>(*memory_, 1);
  variable& var = *(made.variables[0] = make_variable(id, p.within));
  place inside = p.last();
  inside.scope = bind(&var, p.scope);

  // The parameters stand one below the other in (name value), not one behind the other.
  const auto parameters = memory_->make_array<syntax>(list.count);
  const syntax* one = list.first;
  for (std::size_t i = 0; i < list.count; ++i, one = one->next) {
    parameters[i] = *one->first;
    parameters[i].next = i + 1 < list.count ? &parameters[i + 1] : nullptr;
  }
  made.parts = parts_of(2);
  made.parts[0] = function(at, id.symbol, parameters.data(), list.count, list.next, inside.inner());
  if (var.captured) var.assigned = true;

  core& entry = make(form::call, at);
  entry.is_tail = p.is_tail;
  entry.parts = parts_of(list.count + 1);
  entry.parts[0] = reference(id, inside.inner());
  one = list.first;
  for (std::size_t i = 1; i <= list.count; ++i, one = one->next) {
    entry.parts[i] = any_form(*one->first->next, p.inner());
  }
  made.parts[1] = &entry;
  return &made;
}

}  // namespace lisp
