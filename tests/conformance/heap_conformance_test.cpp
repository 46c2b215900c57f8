// strata::heap, the process heap, and a heap in a heap's account, as resources.
#include <strata/heap/heap.hpp>

#include "conformance/resource_conformance.hpp"

namespace strata::test {
namespace {

struct own_heap {
  strata::heap resource{{.name = "conformance"}};
};

struct process_wide {
  strata::heap& resource = strata::process_heap();
};

struct limited_heap {
  strata::account parent{{.name = "conformance parent"}};
  strata::heap resource{{.name = "conformance", .limit = 64 << 20, .parent = &parent}};
};

using heaps = testing::Types<own_heap, process_wide, limited_heap>;
INSTANTIATE_TYPED_TEST_SUITE_P(heap, resource_conformance, heaps);

}  // namespace
}  // namespace strata::test
