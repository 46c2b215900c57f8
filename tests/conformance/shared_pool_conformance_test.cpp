// What every typed pool promises, by the pools of threads, on one of them.
#include "conformance/pool_conformance.hpp"

#include <strata/pool/lock_free_pool.hpp>
#include <strata/pool/thread_local_pool.hpp>
#include <strata/pool/thread_safe_pool.hpp>

namespace strata::test {
namespace {

struct no_mutex {
  void lock() noexcept {}
  void unlock() noexcept {}
};

template <class... Mutex>
struct thread_safe {
  thread_safe_pool<conformance_object, Mutex...> pool{{.name = "conformance"}};
  static constexpr std::size_t bound = 0;
};

struct thread_safe_to_maximum {
  thread_safe_pool<conformance_object> pool{{.maximum = 333}};
  static constexpr std::size_t bound = 333;
};

struct thread_safe_over_upstream {
  thread_safe_pool<conformance_object> pool{{.upstream = std::pmr::new_delete_resource()}};
  static constexpr std::size_t bound = 0;
};

struct lock_free {
  lock_free_pool<conformance_object> pool{{.name = "conformance", .capacity = 300}};
  static constexpr std::size_t bound = 300;
};

struct lock_free_over_upstream {
  lock_free_pool<conformance_object> pool{
      {.capacity = 1000, .upstream = std::pmr::new_delete_resource()}};
  static constexpr std::size_t bound = 1000;
};

template <class OwnerCheck>
struct thread_local_unbounded {
  thread_local_pool<conformance_object, OwnerCheck> pool{{.name = "conformance"}};
  static constexpr std::size_t bound = 0;
};

struct thread_local_to_maximum {
  thread_local_pool<conformance_object, owner_checked, with_statistics> pool{{.maximum = 200}};
  static constexpr std::size_t bound = 200;
};

using pools = testing::Types<thread_safe<>, thread_safe<no_mutex>, thread_safe_to_maximum,
                             thread_safe_over_upstream, lock_free, lock_free_over_upstream,
                             thread_local_unbounded<owner_checked>,
                             thread_local_unbounded<owner_unchecked>, thread_local_to_maximum>;
INSTANTIATE_TYPED_TEST_SUITE_P(shared_pool, pool_conformance, pools);

}  // namespace
}  // namespace strata::test
