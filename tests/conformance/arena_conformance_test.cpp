// strata::arena as a resource: over everybody's pages, pages of its own, and an
// upstream; packed; and with chunks that are small beside the requests.
#include <strata/arena/arena.hpp>

#include "conformance/resource_conformance.hpp"

namespace strata::test {
namespace {

struct plain_arena {
  strata::arena resource;
};

struct limited_arena {
  strata::account parent{{.name = "conformance parent"}};
  strata::arena resource{{.name = "conformance", .limit = 64 << 20, .parent = &parent}};
};

struct arena_over_new {
  strata::arena resource{{.upstream = std::pmr::new_delete_resource()}};
};

struct arena_of_small_chunks {
  strata::arena resource{
      {.upstream = std::pmr::new_delete_resource(), .chunk_bytes = 1024, .chunk_bytes_max = 1024}};
};

struct dense_arena {
  strata::packed_arena resource;
};

struct byte_arena {
  strata::basic_arena<1> resource;
};

using arenas = testing::Types<plain_arena, limited_arena, arena_over_new, arena_of_small_chunks,
                              dense_arena, byte_arena>;
INSTANTIATE_TYPED_TEST_SUITE_P(arena, resource_conformance, arenas);

}  // namespace
}  // namespace strata::test
