// What the parts of an arena's statistics add up to: the bytes that it holds.
#pragma once

#include <strata/arena/arena_options.hpp>

#include <cstddef>

namespace strata::test {

[[nodiscard]] inline std::size_t parts(const arena_statistics& now) {
  return now.allocated + now.abandoned + now.remaining + now.spare + now.overhead;
}

}  // namespace strata::test
