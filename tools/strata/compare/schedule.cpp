// E. J. Williams' balanced square: a zigzag 0, 1, n-1, 2, n-2, ... whose neighbours
// differ by every amount once, moved on by one each round. With an odd count the
// amounts come twice in one direction and the reversed rows make up for it. See
// "Experimental designs balanced for the estimation of residual effects of
// treatments", Australian Journal of Scientific Research A 2 (1949).
#include "compare/schedule.hpp"

#include <algorithm>

namespace strata::tool::compare {

std::vector<std::size_t> order_of_round(std::size_t count, std::size_t round) {
  const bool odd = count % 2 == 1;
  const std::size_t shift = odd ? round / 2 : round;
  std::vector<std::size_t> order;
  order.reserve(count);
  for (std::size_t place = 0; place < count; ++place) {
    const std::size_t step = place % 2 == 1 ? (place + 1) / 2 : count - place / 2;
    order.push_back((step + shift) % count);
  }
  if (odd && round % 2 == 1) std::ranges::reverse(order);
  return order;
}

}  // namespace strata::tool::compare
