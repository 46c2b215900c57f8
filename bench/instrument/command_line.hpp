// How every instrument meets its user: one line for a mistake, and exit codes by
// convention: 0 done, 1 the instrument failed or found an error, 2 wrong usage.
#pragma once

#include <CLI/CLI.hpp>

#include <functional>
#include <stdexcept>

namespace strata::bench {

// A mistake on the command line that the parser cannot see.
struct usage_error : std::runtime_error {
  using runtime_error::runtime_error;
};

struct instrument {
  const char* name;
  const char* summary;
  // Adds options and examples; what it returns is done once they are parsed.
  std::function<void()> (*configure)(CLI::App& parser);
};

// Returns what main returns.
[[nodiscard]] int run_instrument(const instrument& which, int count, char** values) noexcept;

}  // namespace strata::bench
