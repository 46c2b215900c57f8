// Text inside of markup.
#pragma once

#include <string>
#include <string_view>

namespace strata::tool::compare {

// With the characters replaced that mean something in HTML and SVG.
[[nodiscard]] std::string escaped(std::string_view text);

}  // namespace strata::tool::compare
