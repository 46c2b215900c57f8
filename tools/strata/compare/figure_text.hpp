// A figure with its unit, short.
#pragma once

#include <string>

#include "compare/results.hpp"

namespace strata::tool::compare {

[[nodiscard]] std::string figure_text(double value, const figure& which);

}  // namespace strata::tool::compare
