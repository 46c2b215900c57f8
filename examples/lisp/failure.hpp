// What goes wrong in a Lisp program: a message and the place in its text.
#pragma once

#include <cstdint>
#include <stdexcept>
#include <string>

namespace lisp {

/// Where in which text; line and column count from 1.
struct position {
  std::uint32_t line = 0;
  std::uint16_t column = 0;
  std::uint16_t source = 0;  // which text: 0 is the prelude
};

struct failure : std::runtime_error {
  failure(position at, const std::string& what) : std::runtime_error(what), where(at) {}
  position where;
};

/// The stack of the machine, or that of C++, ended. Who catches it knows how many calls
/// were unwound, and says so.
struct stack_failure : failure {
  using failure::failure;
};

/// Ends the program, from within: the number is its exit status.
struct exit_request {
  int status;
};

}  // namespace lisp
