// Names, calls and functions; the special forms are in expander_forms.cpp.
#include "expander.hpp"

#include <algorithm>

namespace lisp {

expander::expander(strata::arena& memory, name_table& names)
    : memory_(&memory), define_(&names.intern("define")), else_(&names.intern("else")) {
  const std::pair<const char*, special> all_forms[] = {
      {"quote", &expander::quote},   {"if", &expander::branch},
      {"define", &expander::define}, {"set!", &expander::assign},
      {"let", &expander::let},       {"lambda", &expander::lambda_form},
      {"let*", &expander::let_star}, {"letrec", &expander::letrec},
      {"begin", &expander::begin},   {"cond", &expander::cond},
      {"and", &expander::all},       {"or", &expander::any},
      {"when", &expander::when},     {"unless", &expander::unless},
  };
  for (const auto& [text, expand] : all_forms) specials_.emplace(&names.intern(text), expand);
}

lambda& expander::expand(const syntax& whole) {
  functions_.clear();  // the next form's syntax may lie where the last one's was
  lambda& top = make_lambda(nullptr, nullptr);
  top.body = any_form(whole, {&top, nullptr, nullptr, false, true});
  return top;
}

void expect_count(const syntax& list, std::size_t least, std::size_t most, const char* usage) {
  const std::size_t count = list.count - 1;
  if (count >= least && count <= most) return;
  throw failure(list.where, std::string("this has ") + std::to_string(count) +
                                " parts; it is written " + usage);
}

// -- Parts ------------------------------------------------------------------------

core& expander::make(form kind, const syntax& at) {
  auto* const made = memory_->make<core>();
  made->kind = kind;
  made->where = at.where;
  return *made;
}

std::span<core*> expander::parts_of(std::size_t count) { return array_in<core*>(*memory_, count); }

core* expander::constant(const syntax& at, value v) {
  core& made = make(form::constant, at);
  made.constant = v;
  return &made;
}

variable* expander::make_variable(const syntax& id, lambda* owner) {
  if (id.kind != syntax_kind::symbol) {
    throw failure(id.where, "a variable's name was expected here");
  }
  if (specials_.contains(id.symbol)) {
    throw failure(id.where,
                  "'" + std::string(id.symbol->text) + "' is a special form: choose another name");
  }
  auto* const made = memory_->make<variable>();
  made->id = id.symbol;
  made->owner = owner;
  return made;
}

const expander::binding* expander::bind(variable* var, const binding* outer) {
  return memory_->make<binding>(binding{var->id, var, nullptr, outer});
}

const expander::binding* expander::bind_all(std::span<variable*> variables, const binding* outer) {
  for (variable* const var : variables) outer = bind(var, outer);
  return outer;
}

lambda& expander::make_lambda(const name* id, lambda* outer) {
  lambda& made = lambdas_.emplace_back();
  made.id = id;
  made.outer = outer;
  return made;
}

// -- Expressions ------------------------------------------------------------------

core* expander::any_form(const syntax& at, const place& p) {
  switch (at.kind) {
    case syntax_kind::constant:
      return constant(at, at.constant);
    case syntax_kind::symbol:
      return reference(at, p);
    case syntax_kind::list:
      return call(at, p);
    default: {
      core& made = make(form::constant, at);
      made.quoted = &at;
      return &made;
    }
  }
}

core* expander::reference(const syntax& at, const place& p) {
  for (const binding* found = p.scope; found != nullptr; found = found->outer) {
    if (found->id == at.symbol) return to_variable(at, *found, p);
  }
  if (specials_.contains(at.symbol)) {
    throw failure(at.where, "'" + std::string(at.symbol->text) +
                                "' is a special form, not a value: write (" +
                                std::string(at.symbol->text) + " ...)");
  }
  core& made = make(form::global, at);
  made.id = at.symbol;
  return &made;
}

core* expander::to_variable(const syntax& at, const binding& found, const place& p) {
  if (found.turns != nullptr) {
    found.turns->escapes = true;
    return constant(at, nothing);  // never generated: the let is expanded again
  }
  if (!found.var->defined && found.var->owner == p.within) {
    throw failure(at.where, "'" + std::string(at.symbol->text) +
                                "' is used before it is defined: move its definition up");
  }
  core& made = make(form::local, at);
  made.var = found.var;
  capture(*found.var, p.within);
  return &made;
}

// Every function between the variable and its use hands it down.
void expander::capture(variable& var, lambda* within) {
  for (; within != var.owner; within = within->outer) {
    var.captured = true;
    auto& captures = within->captures;
    if (std::find(captures.begin(), captures.end(), &var) == captures.end()) {
      captures.push_back(&var);
    }
  }
}

core* expander::call(const syntax& at, const place& p) {
  if (at.count == 0) {
    throw failure(at.where, "() calls nothing: for the empty list write '()");
  }
  const syntax& head = *at.first;
  if (head.kind == syntax_kind::symbol) {
    const binding* found = p.scope;
    while (found != nullptr && found->id != head.symbol) found = found->outer;
    if (found != nullptr && found->turns != nullptr) return again(at, *found->turns, p);
    if (found == nullptr) {
      const auto expand = specials_.find(head.symbol);
      if (expand != specials_.end()) return (this->*expand->second)(at, p);
    }
  }
  core& made = make(form::call, at);
  made.is_tail = p.is_tail;
  made.parts = parts_of(at.count);
  const syntax* part = at.first;
  for (core*& out : made.parts) {
    out = any_form(*part, p.inner());
    part = part->next;
  }
  return &made;
}

core* expander::again(const syntax& at, loop& turns, const place& p) {
  const loop_chain* chain = p.loops;
  while (chain != nullptr && chain->turns != &turns) chain = chain->outer;
  if (chain == nullptr || at.count - 1 != turns.variables.size()) turns.escapes = true;
  core& made = make(form::again, at);
  made.turns = &turns;
  made.parts = parts_of(at.count - 1);
  const syntax* part = at.first->next;
  for (core*& out : made.parts) {
    out = any_form(*part, p.inner());
    part = part->next;
  }
  return &made;
}

// -- Functions --------------------------------------------------------------------

core* expander::function(const syntax& at, const name* id, const syntax* first, std::size_t count,
                         const syntax* body_first, const place& p) {
  lambda& made = make_lambda(id, p.within);
  made.parameters = array_in<variable*>(*memory_, count);
  for (variable*& parameter : made.parameters) {
    parameter = make_variable(*first, &made);
    first = first->next;
  }
  const binding* const scope = bind_all(made.parameters, p.scope);
  made.body = body(at, body_first, {&made, scope, nullptr, true, false});
  core& out = make(form::function, at);
  out.function = &made;
  return &out;
}

core* expander::lambda_form(const syntax& at, const place& p) {
  constexpr auto usage = "(lambda (parameters ...) body ...)";
  expect_count(at, 2, SIZE_MAX, usage);
  const syntax& parameters = at.at(1);
  if (parameters.kind != syntax_kind::list) {
    throw failure(parameters.where, std::string("a list of parameters was expected: ") + usage);
  }
  return function(at, nullptr, parameters.first, parameters.count, parameters.next, p);
}

// What a (define ...) defines its name as.
core* expander::initial(const syntax& definition, const place& p) {
  const syntax& target = definition.at(1);
  if (target.kind == syntax_kind::list) {
    const syntax& id = *target.first;
    return function(definition, id.symbol, id.next, target.count - 1, target.next, p);
  }
  const syntax& value = *target.next;
  core* const made = any_form(value, p.inner());
  if (made->kind == form::function) made->function->id = target.symbol;
  return made;
}

}  // namespace lisp
