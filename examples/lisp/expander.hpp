// From syntax to core forms: knows the special forms, resolves names, finds out what is
// captured, assigned, in tail position, and which named lets are loops.
#pragma once

#include <deque>
#include <string>
#include <unordered_set>
#include <vector>

#include <strata/arena/arena.hpp>

#include "array_in.hpp"
#include "core.hpp"

namespace lisp {

class expander {
 public:
  expander(strata::arena& memory, name_table& names);

  /// Returns: an expression at top level as the body of a function without parameters.
  /// Throws: failure, where the expression is none.
  lambda& expand(const syntax& whole);

 private:
  // The names in force, innermost first. A loop's name has no variable.
  struct binding {
    const name* id;
    variable* var;
    loop* turns;
    const binding* outer;
  };
  // The loops whose next turn may begin where the expression stands.
  struct loop_chain {
    loop* turns;
    const loop_chain* outer;
  };
  struct place {
    lambda* within;
    const binding* scope;
    const loop_chain* loops;
    bool is_tail;
    bool is_top;

    [[nodiscard]] place inner() const { return {within, scope, nullptr, false, false}; }
    [[nodiscard]] place last() const { return {within, scope, loops, is_tail, false}; }
  };
  using special = core* (expander::*)(const syntax&, const place&);

  core& make(form kind, const syntax& at);
  std::span<core*> parts_of(std::size_t count);
  core* constant(const syntax& at, value v);
  variable* make_variable(const syntax& id, lambda* owner);
  const binding* bind(variable* var, const binding* outer);
  const binding* bind_all(std::span<variable*> variables, const binding* outer);
  lambda& make_lambda(const name* id, lambda* outer);

  core* any_form(const syntax& at, const place& p);
  core* reference(const syntax& at, const place& p);
  core* to_variable(const syntax& at, const binding& found, const place& p);
  void capture(variable& var, lambda* within);
  core* call(const syntax& at, const place& p);
  core* again(const syntax& at, loop& turns, const place& p);
  core* body(const syntax& owner, const syntax* first, const place& p);
  core* sequence(const syntax& owner, const syntax* first, const place& p);
  core* recursive(const syntax& at, std::vector<const syntax*>& ids,
                  std::vector<const syntax*>& inits, const syntax* rest, const place& p);
  core* initial(const syntax& definition, const place& p);
  core* function(const syntax& at, const name* id, const syntax* first, std::size_t skip,
                 const syntax* body_first, const place& p);
  core* named_let(const syntax& at, const place& p);
  core* loop_or_nothing(const syntax& at, std::span<variable*> variables, const place& p);
  core* loop_as_function(const syntax& at, const place& p);
  core* logic(form kind, const syntax& at, const place& p);
  core* condition(const syntax& at, bool wanted, const place& p);
  core* clauses(const syntax& at, const syntax* clause, const place& p);

  core* quote(const syntax& at, const place& p);
  core* branch(const syntax& at, const place& p);
  core* define(const syntax& at, const place& p);
  core* assign(const syntax& at, const place& p);
  core* lambda_form(const syntax& at, const place& p);
  core* let(const syntax& at, const place& p);
  core* let_star(const syntax& at, const place& p);
  core* letrec(const syntax& at, const place& p);
  core* begin(const syntax& at, const place& p);
  core* cond(const syntax& at, const place& p);
  core* all(const syntax& at, const place& p) { return logic(form::all, at, p); }
  core* any(const syntax& at, const place& p) { return logic(form::any, at, p); }
  core* when(const syntax& at, const place& p) { return condition(at, true, p); }
  core* unless(const syntax& at, const place& p) { return condition(at, false, p); }

  strata::arena* memory_;
  std::deque<lambda> lambdas_;
  std::unordered_map<const name*, special> specials_;
  // Named lets that are no loops. One is found out by expanding it, and expanded again:
  // without this, each inside of another would double the work.
  std::unordered_set<const syntax*> functions_;
  name* define_;
  name* else_;
};

/// Throws: failure, when the list has not so many elements after its first.
void expect_count(const syntax& list, std::size_t least, std::size_t most, const char* usage);

}  // namespace lisp
