// Who runs when. What ran before leaves traces: caches, a processor that is warm, a
// file system that writes back. So no allocator may always follow the same one.
#pragma once

#include <cstddef>
#include <vector>

namespace strata::tool::compare {

// The order of `count` contenders in a round. In every `count` rounds (twice as many
// when the count is odd) each follows each other one equally often, and each takes
// every place equally often.
[[nodiscard]] std::vector<std::size_t> order_of_round(std::size_t count, std::size_t round);

}  // namespace strata::tool::compare
