// The adaptors as resources, each over an upstream whose type it knows or over any,
// and several over each other.
#include <strata/adaptor/callback_resource.hpp>
#include <strata/adaptor/failing.hpp>
#include <strata/adaptor/fallback.hpp>
#include <strata/adaptor/huge_page.hpp>
#include <strata/adaptor/limited.hpp>
#include <strata/adaptor/logged.hpp>
#include <strata/adaptor/secret.hpp>
#include <strata/adaptor/segregator.hpp>
#include <strata/adaptor/synchronized.hpp>
#include <strata/adaptor/system_malloc.hpp>
#include <strata/adaptor/tagged.hpp>
#include <strata/adaptor/tracked.hpp>
#include <strata/adaptor/wiping.hpp>
#include <strata/heap/heap.hpp>
#include <strata/heap/unsynchronized_heap.hpp>

#include <filesystem>

#include "conformance/resource_conformance.hpp"
#include "support/scratch_path.hpp"

namespace strata::test {
namespace {

constexpr std::size_t plenty = std::size_t{1} << 30;

struct over_heap {
  strata::heap heap{{.name = "conformance"}};
};

struct limited_over_heap : over_heap {
  strata::limited<strata::heap> resource{heap, plenty};
};

struct limited_over_any : over_heap {
  strata::limited<> resource{heap, plenty};
};

struct limited_for_threads : over_heap {
  strata::limited<strata::heap, any_thread> resource{heap, plenty};
};

struct tracked_over_heap : over_heap {
  strata::tracked<strata::heap> resource{heap};
};

struct tagged_for_threads : over_heap {
  strata::tracked<std::pmr::memory_resource, any_thread> all{heap};
  strata::tagged<decltype(all)> resource{all, "tag"};
};

struct synchronized_over_unsynchronized {
  strata::unsynchronized_heap heap{{.name = "conformance"}};
  strata::synchronized<strata::unsynchronized_heap> resource{heap};
};

// Small enough to be full most of the time.
struct fallback_over_limited : over_heap {
  strata::limited<strata::heap> near{heap, 20'000};
  strata::system_malloc far;
  strata::fallback<strata::limited<strata::heap>, strata::system_malloc> resource{near, far};
};

struct segregator_over_two : over_heap {
  strata::system_malloc small;
  strata::segregator<strata::system_malloc, strata::heap> resource{small, heap, 200};
};

struct failing_never : over_heap {
  strata::failing<strata::heap> resource{heap};
};

struct wiping_over_heap : over_heap {
  strata::wiping<strata::heap> resource{heap};
};

struct logged_over_heap : over_heap {
  ~logged_over_heap() { std::filesystem::remove(path); }

  std::string path = scratch_path("adaptor_conformance");
  strata::trace_writer writer{path};
  strata::logged<strata::heap> resource{heap, writer};
};

struct malloc_of_the_system {
  strata::system_malloc resource;
};

struct callbacks_to_heap : over_heap {
  strata::callback_resource resource{
      {.allocate =
           [](void* state, std::size_t bytes, std::size_t alignment) {
             return static_cast<strata::heap*>(state)->try_allocate(bytes, alignment);
           },
       .deallocate =
           [](void* state, void* block, std::size_t bytes, std::size_t alignment) {
             static_cast<strata::heap*>(state)->deallocate(block, bytes, alignment);
           },
       .state = &heap}};
};

// Every block of a huge_page costs 2 MiB, so that small ones come from elsewhere.
struct huge_pages_for_large : over_heap {
  strata::huge_page pages{{.name = "conformance"}};
  strata::segregator<strata::heap, strata::huge_page> resource{heap, pages, 4096};
};

// Machines differ in how much they let a process lock.
struct own_secret {
  strata::secret resource{{.name = "conformance", .must_lock = false}};
};

struct all_over_each_other : over_heap {
  strata::tracked<strata::heap> counted{heap};
  strata::limited<decltype(counted)> bounded{counted, plenty};
  strata::synchronized<decltype(bounded)> shared{bounded};
  strata::wiping<> resource{shared};
};

using adaptors =
    testing::Types<limited_over_heap, limited_over_any, limited_for_threads, tracked_over_heap,
                   tagged_for_threads, synchronized_over_unsynchronized, fallback_over_limited,
                   segregator_over_two, failing_never, wiping_over_heap, logged_over_heap,
                   malloc_of_the_system, callbacks_to_heap, huge_pages_for_large, own_secret,
                   all_over_each_other>;
INSTANTIATE_TYPED_TEST_SUITE_P(adaptor, resource_conformance, adaptors);

}  // namespace
}  // namespace strata::test
