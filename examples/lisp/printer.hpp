// Values as text.
#pragma once

#include <string>

#include "value.hpp"

namespace lisp {

enum class style : bool {
  display,  // strings and characters as they are
  write,    // as they stand in a program
};

/// Effects: appends the value. Of lists within lists deeper than 1000, and beyond so many
///   bytes, three dots are all there is.
void print(std::string& out, value v, style how, std::size_t bytes_most = SIZE_MAX);

/// Returns: the value for a message: written, and short.
std::string shown(value v);

}  // namespace lisp
