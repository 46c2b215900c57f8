// A program after expansion: few forms, and each variable resolved to its binding. What
// is known of a variable decides where it lives:
//
//   never captured by a lambda       a slot of the frame
//   captured, and never assigned     a slot; each closure has a copy of the value
//   captured and assigned            a cell, an object; slot and closures refer to it
//
// (Flat closures: R. Kent Dybvig, Three Implementation Models for Scheme, 1987.) So
// frames lie on the stack and cost no memory; a function that is defined within another
// one and refers to itself makes a cell, and a cycle: closure -> cell -> closure.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "syntax.hpp"

namespace lisp {

struct lambda;

struct variable {
  const name* id = nullptr;
  lambda* owner = nullptr;
  bool captured = false;
  bool assigned = false;  // after a closure may have copied it
  bool defined = true;    // false while what it is defined as is expanded
  std::uint32_t slot = 0;

  [[nodiscard]] bool boxed() const noexcept { return captured && assigned; }
};

/// A named let whose name is only called, and only where nothing follows: it needs no
/// closure, and its calls are jumps.
struct loop {
  std::span<variable*> variables;
  bool escapes = false;  // the name is used otherwise: not a loop after all
};

enum class form : std::uint8_t {
  constant,   // quoted
  local,      // var
  global,     // id
  assign,     // var, parts[0]
  define,     // id, parts[0]
  branch,     // parts: test, then, else
  sequence,   // parts
  bind,       // variables, parts: values, body           let
  recursive,  // the same, each value sees all variables  letrec*
  function,   // function
  call,       // parts: function, arguments; is_tail
  turns,      // turns, parts: values, body               a named let
  again,      // turns, parts: values
  all,        // parts                                    and
  any,        // parts                                    or
};

struct core {
  form kind = form::constant;
  bool is_tail = false;
  position where;
  const syntax* quoted = nullptr;
  value constant;  // where quoted is nullptr
  variable* var = nullptr;
  name* id = nullptr;
  lambda* function = nullptr;
  loop* turns = nullptr;
  std::span<variable*> variables;
  std::span<core*> parts;
};

struct lambda {
  const name* id = nullptr;
  lambda* outer = nullptr;
  std::span<variable*> parameters;
  std::vector<variable*> captures;
  core* body = nullptr;
};

}  // namespace lisp
