// A handler that keeps what a checked resource found. Call stacks end with the
// call that brings them, so their depths are kept.
#pragma once

#include <cstddef>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include <strata/adaptor/checked.hpp>

namespace strata::test {

struct kept_error {
  debug_error error;
  std::size_t calls_allocated;
  std::size_t calls_freed;
  std::size_t calls_found;
  std::string text;
};

class debug_errors {
 public:
  void keep(const debug_error& error) {
    std::ostringstream text;
    text << error;
    kept_.push_back(
        {error, error.allocated.size(), error.freed.size(), error.found.size(), text.str()});
  }

  // What came since the last call.
  [[nodiscard]] std::vector<kept_error> take() { return std::exchange(kept_, {}); }

  [[nodiscard]] std::vector<debug_error_kind> take_kinds() {
    std::vector<debug_error_kind> kinds;
    for (const kept_error& each : take()) kinds.push_back(each.error.kind);
    return kinds;
  }

  // `config`, with this as its handler.
  [[nodiscard]] debug_config handle(debug_config config) {
    config.on_error = [this](const debug_error& error) { keep(error); };
    return config;
  }

 private:
  std::vector<kept_error> kept_;
};

}  // namespace strata::test
