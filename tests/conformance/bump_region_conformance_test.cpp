// strata::bump_region and strata::fixed_buffer as resources.
#include <strata/adaptor/fixed_buffer.hpp>
#include <strata/arena/bump_region.hpp>

#include <vector>

#include "conformance/resource_conformance.hpp"

namespace strata::test {
namespace {

constexpr std::size_t enough = std::size_t{32} << 20;

struct own_pages {
  strata::bump_region<> resource{enough, {.name = "conformance"}};
};

struct safe {
  strata::bump_region<bump_policies::safety> resource{enough, {.name = "conformance"}};
};

struct over_an_upstream {
  strata::bump_region<> resource{enough, {.upstream = std::pmr::new_delete_resource()}};
};

struct over_a_buffer {
  std::vector<std::byte> buffer = std::vector<std::byte>(enough);
  strata::bump_region<> resource{buffer};
};

struct dense : bump_policies::high_performance {
  static constexpr std::size_t alignment = 1;
  static constexpr std::size_t minimum_bytes = 24;
};
struct densely_packed {
  strata::bump_region<dense> resource{enough};
};

struct over_an_array {
  strata::fixed_buffer<enough> resource;
};

struct over_a_span {
  std::vector<std::byte> buffer = std::vector<std::byte>(enough);
  strata::fixed_buffer<> resource{buffer};
};

using bump_regions =
    testing::Types<own_pages, safe, over_an_upstream, over_a_buffer, densely_packed>;
INSTANTIATE_TYPED_TEST_SUITE_P(bump_region, resource_conformance, bump_regions);

using fixed_buffers = testing::Types<over_an_array, over_a_span>;
INSTANTIATE_TYPED_TEST_SUITE_P(fixed_buffer, resource_conformance, fixed_buffers);

}  // namespace
}  // namespace strata::test
