// Values that stand in the text of a program: made once, and kept by the machine.
#pragma once

#include "builtins_lists.hpp"
#include "machine.hpp"
#include "syntax.hpp"

namespace lisp {

// Down into lists by recursion; the reader bounds how deep they are.
template <class Memory>
value quoted(machine<Memory>& m, const syntax& at) {
  switch (at.kind) {
    case syntax_kind::constant:
      return at.constant;
    case syntax_kind::symbol:
      return m.symbol_of(*at.symbol, at.where);
    case syntax_kind::real:
      return m.template make<real>(at.where, at.real);
    case syntax_kind::text:
      return m.make_text(at.where, at.text);
    case syntax_kind::list:
      break;
  }
  list_builder<Memory> made(m, at.where);
  for (const syntax* one = at.first; one != nullptr; one = one->next) made.append(quoted(m, *one));
  return made.finish(nil);
}

template <class Memory>
value quote(machine_base& base, const syntax& at) {
  auto& m = machine<Memory>::of(base);
  m.constants.push_back(nil);
  return m.constants.back() = quoted(m, at);
}

}  // namespace lisp
