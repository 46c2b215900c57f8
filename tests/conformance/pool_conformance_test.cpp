// fixed_pool and growing_pool with each slot strategy and what can be added.
#include "conformance/pool_conformance.hpp"

#include <strata/pool/bitmap_slots.hpp>
#include <strata/pool/fixed_pool.hpp>
#include <strata/pool/free_list_slots.hpp>
#include <strata/pool/growing_pool.hpp>
#include <strata/pool/stack_slots.hpp>

namespace strata::test {
namespace {

template <class... Policies>
struct fixed {
  fixed_pool<conformance_object, Policies...> pool{{.name = "conformance", .capacity = 300}};
  static constexpr std::size_t bound = 300;
};

template <class... Policies>
struct growing {
  growing_pool<conformance_object, Policies...> pool{{.name = "conformance"}};
  static constexpr std::size_t bound = 0;
};

template <class... Policies>
struct growing_to_maximum {
  growing_pool<conformance_object, Policies...> pool{
      {.maximum = 333, .growth = pool_growth::linear(10), .retain = 0}};
  static constexpr std::size_t bound = 333;
};

struct fixed_over_upstream {
  fixed_pool<conformance_object> pool{
      {.capacity = 200, .upstream = std::pmr::new_delete_resource()}};
  static constexpr std::size_t bound = 200;
};

using pools =
    testing::Types<fixed<>, fixed<stack_slots>, fixed<bitmap_slots, with_statistics>,
                   fixed_over_upstream, growing<>, growing<stack_slots>, growing<bitmap_slots>,
                   growing_to_maximum<>, growing_to_maximum<bitmap_slots, with_statistics>>;
INSTANTIATE_TYPED_TEST_SUITE_P(pool, pool_conformance, pools);

}  // namespace
}  // namespace strata::test
