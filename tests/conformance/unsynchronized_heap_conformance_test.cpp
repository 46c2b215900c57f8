// strata::unsynchronized_heap as a resource.
#include <strata/heap/unsynchronized_heap.hpp>

#include "conformance/resource_conformance.hpp"

namespace strata::test {
namespace {

struct unsynchronized {
  strata::unsynchronized_heap resource{{.name = "conformance"}};
};

struct limited_unsynchronized {
  strata::account parent{{.name = "conformance parent"}};
  strata::unsynchronized_heap resource{
      {.name = "conformance", .limit = 64 << 20, .parent = &parent}};
};

using unsynchronized_heaps = testing::Types<unsynchronized, limited_unsynchronized>;
INSTANTIATE_TYPED_TEST_SUITE_P(unsynchronized_heap, resource_conformance, unsynchronized_heaps);

}  // namespace
}  // namespace strata::test
