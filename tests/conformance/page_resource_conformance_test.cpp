// strata::page_resource as a resource: of its own, shared, and limited.
#include <strata/resource/page_resource.hpp>

#include "conformance/resource_conformance.hpp"

namespace strata::test {
namespace {

struct own_pages {
  strata::page_resource resource{{.name = "conformance"}};
};

struct pages_of_all {
  strata::page_resource& resource = strata::shared_pages();
};

struct limited_pages {
  strata::account parent{{.name = "conformance parent"}};
  strata::page_resource resource{{.name = "conformance", .limit = 64 << 20, .parent = &parent}};
};

using page_resources = testing::Types<own_pages, pages_of_all, limited_pages>;
INSTANTIATE_TYPED_TEST_SUITE_P(page_resource, resource_conformance, page_resources);

}  // namespace
}  // namespace strata::test
