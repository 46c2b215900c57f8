// Where a comparison was made: a figure about speed without that is worth little.
#pragma once

#include <string>

namespace strata::tool::compare {

struct machine {
  std::string processor;
  int cores;
  std::string kernel;
  std::string time;  // UTC, ISO 8601
};

[[nodiscard]] machine this_machine();

}  // namespace strata::tool::compare
