// Sizes as programs ask for them.
#pragma once

#include <cstddef>

#include "random_numbers.hpp"

namespace strata::suite {

// Follows what was recorded of six programs; 8 bytes to 32 KiB, 870 on average.
[[nodiscard]] std::size_t recorded_size(random_numbers& random);

// Every power of two as likely as the next, between the two.
[[nodiscard]] std::size_t spread_size(random_numbers& random, std::size_t min, std::size_t max);

}  // namespace strata::suite
