// strata::checked as a resource: nothing it checks changes what a resource promises.
#include <strata/adaptor/checked.hpp>

#include <strata/heap/heap.hpp>

#include "conformance/resource_conformance.hpp"

namespace strata::test {
namespace {

struct checked_over_its_own {
  strata::checked resource{{.name = "conformance"}};
};

struct checked_over_a_heap {
  strata::heap upstream{{.name = "conformance"}};
  strata::checked resource{{.upstream = &upstream}};
};

struct never_reusing {
  strata::checked resource{{.never_reuse = true}};
};

struct nothing_checked {
  strata::checked resource{
      {.track_allocations = false, .validate_access = false, .check_corruption = false}};
};

using checked_resources =
    testing::Types<checked_over_its_own, checked_over_a_heap, never_reusing, nothing_checked>;
INSTANTIATE_TYPED_TEST_SUITE_P(checked, resource_conformance, checked_resources);

}  // namespace
}  // namespace strata::test
