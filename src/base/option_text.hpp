// Between options.cpp and option_text.cpp only: judging the text of a value.
// Every value but a path is a number on its way through: a flag 0 or 1.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "base/options.hpp"

namespace strata::base {

enum class verdict : std::uint8_t { accepted, wrong_form, too_small, too_large, no_multiple };

struct judgement {
  verdict result;
  std::size_t number;  // meaningful when accepted
};

[[nodiscard]] judgement judge(const option& which, std::string_view text) noexcept;

}  // namespace strata::base
