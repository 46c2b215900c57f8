// What contradictions in options say; see strata/base/config_error.hpp.
#include <strata/base/config_error.hpp>

#include <algorithm>

#include "base/text.hpp"

namespace strata::detail {

config_words::config_words(std::string_view option, std::string_view why) noexcept
    : option_(option) {
  const auto line = base::text<sizeof what_>().add(option).add(": ").add(why);
  std::copy_n(line.c_str(), line.view().size() + 1, what_);
}

}  // namespace strata::detail
