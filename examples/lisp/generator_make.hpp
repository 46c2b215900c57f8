// What both files of the generator use.
#pragma once

#include <algorithm>

#include "generator.hpp"

namespace lisp {

template <class Node>
Node& generator::make(run_function run, const core& at) {
  auto* const made = memory_->make<Node>();
  made->run = run;
  made->where = at.where;
  return *made;
}

/// Returns: where a closure of the function has the variable.
inline std::uint32_t captured_index(const lambda& function, const variable& var) {
  const auto& captures = function.captures;
  return static_cast<std::uint32_t>(std::find(captures.begin(), captures.end(), &var) -
                                    captures.begin());
}

}  // namespace lisp
