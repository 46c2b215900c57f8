// Whether a preload takes effect in a program. One that does not would be measured
// as "no difference", which is the one thing that a comparison must not say then.
#pragma once

#include <filesystem>
#include <string>

#include "compare/contender.hpp"
#include "compare/runner.hpp"
#include "compare/workload.hpp"

namespace strata::tool::compare {

struct preload_effect {
  std::string problem;  // why it changes nothing; empty: it does
  std::string remark;   // on glibc: whose malloc it is in truth
};

// Asks the dynamic loader itself, which then lists what it would load and to whom
// it would bind malloc, instead of running the program.
[[nodiscard]] preload_effect find_effect(const runner& runs, const workload& what,
                                         const contender& allocator);

// What the loader's list says.
[[nodiscard]] preload_effect read_effect(const std::filesystem::path& list,
                                         const std::string& program, const contender& allocator);

}  // namespace strata::tool::compare
