// What the doctor says: findings, one per check, and the verdict over all of them.
#pragma once

#include <string>
#include <vector>

namespace strata::tool {

enum class verdict {
  ok,
  note,     // works, but the user should know
  problem,  // strata will not work
};

struct finding {
  std::string check;  // one or two words: what was looked at
  verdict result;
  std::string meaning;  // one line
  std::string advice;   // one line: what to do; empty: nothing
};

using findings = std::vector<finding>;

struct diagnosis {
  std::string program;  // as it was given; empty: the machine alone
  findings about_program;
  findings about_library;
  findings about_machine;
};

}  // namespace strata::tool
