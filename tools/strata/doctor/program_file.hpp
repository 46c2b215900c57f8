// From the name of a program to the file that is loaded in the end: through PATH,
// and through the #! lines of scripts. Nothing is executed.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "doctor/finding.hpp"

namespace strata::tool {

struct resolved_program {
  std::optional<std::filesystem::path> file;  // none: what is wrong stands in `found`
  findings found;
};

// The file that the kernel loads for `program`.
[[nodiscard]] resolved_program resolve_program(const std::string& program);

enum class identity_change {
  none,       // not setuid or setgid, or the file system forbids it
  of_others,  // it names whom we are already, so only others change
  ours,       // the loader will ignore LD_PRELOAD
};

// What the kernel makes of the file's setuid and setgid bits.
[[nodiscard]] identity_change identity_change_of(const std::filesystem::path& file);

// True when capabilities are attached to the file and we do not run as root.
[[nodiscard]] bool gains_capabilities(const std::filesystem::path& file);

}  // namespace strata::tool
