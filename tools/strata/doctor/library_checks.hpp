// Is there a library to preload, can the loader map it, and what else does the
// environment preload?
#pragma once

#include <optional>
#include <string>

#include "doctor/finding.hpp"
#include "doctor/program_checks.hpp"

namespace strata::tool {

struct library_check {
  std::optional<library_facts> library;  // none: it cannot be used
  findings found;
};

// `given`: a path, or empty to search as `strata run` does.
[[nodiscard]] library_check check_library(const std::string& given);

// `present`: the value of LD_PRELOAD, or null.
[[nodiscard]] finding check_present_preload(const char* present);

// `listed`: the contents of /etc/ld.so.preload.
[[nodiscard]] finding check_system_preload(const std::string& listed);

}  // namespace strata::tool
