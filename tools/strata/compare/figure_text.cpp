// Three or four digits: more would be noise.
#include "compare/figure_text.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>

#include "quantity.hpp"

namespace strata::tool::compare {

std::string figure_text(double value, const figure& which) {
  switch (which.shown_as) {
    case figure::unit::seconds:
      if (value >= 100) return fmt::format("{:.1f} s", value);
      return value >= 1 ? fmt::format("{:.3f} s", value) : fmt::format("{:.2f} ms", value * 1e3);
    case figure::unit::bytes:
      return human_bytes(static_cast<std::uint64_t>(std::llround(value)));
    case figure::unit::count:
      return grouped(static_cast<std::uint64_t>(std::llround(value)));
  }
  return {};
}

}  // namespace strata::tool::compare
