// The first line of a script, as the kernel reads it, and what /usr/bin/env makes
// of the rest.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace strata::tool {

struct shebang {
  std::string interpreter;  // may be empty: "#!" alone
  std::string argument;     // all of the rest: the kernel splits once
};

// `head`: the first bytes of the file. Nothing when it is no script.
[[nodiscard]] std::optional<shebang> parse_shebang(std::string_view head);

// The program that `env ARGUMENT` would start; empty when it cannot be told.
[[nodiscard]] std::string program_of_env(const std::string& argument);

}  // namespace strata::tool
