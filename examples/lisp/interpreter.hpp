// Runs a program with one memory or the other.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace lisp {

struct run_options {
  std::string file;              // its name, for messages
  std::string_view text;         // the program
  std::size_t limit = SIZE_MAX;  // bytes of objects; with strata only
  bool report = false;           // of memory, to the standard error output
};

/// Effects: runs the program; failures are printed.
/// Returns: the exit status.
int run_with_strata(const run_options& options);
int run_with_malloc(const run_options& options);

}  // namespace lisp
