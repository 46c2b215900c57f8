// What base::warn writes while an object of this class lives. At most one at a
// time; the hooks are empty again afterwards.
#pragma once

#include <string>
#include <string_view>

#include "base/fatal.hpp"

namespace strata::test {

class captured_warnings {
 public:
  captured_warnings() {
    text_.clear();
    base::set_fatal_hooks(&hooks);
  }
  ~captured_warnings() { base::set_fatal_hooks(nullptr); }
  captured_warnings(const captured_warnings&) = delete;
  captured_warnings& operator=(const captured_warnings&) = delete;

  [[nodiscard]] const std::string& text() const noexcept { return text_; }

 private:
  static void append(std::string_view part) noexcept { text_ += part; }

  static constexpr base::fatal_hooks hooks{.write = &append, .die = nullptr};
  static inline std::string text_;
};

}  // namespace strata::test
