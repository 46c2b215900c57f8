// What stands on an upstream treats it well: over strata::checked, each resource
// and each pool works on, and nothing is found: no leak, no wrong size or
// alignment, no write outside of what it was given.
#include <strata/adaptor/checked.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory_resource>
#include <new>
#include <random>
#include <string>
#include <vector>

#include <strata/adaptor/failing.hpp>
#include <strata/adaptor/limited.hpp>
#include <strata/adaptor/synchronized.hpp>
#include <strata/adaptor/tracked.hpp>
#include <strata/arena/arena.hpp>
#include <strata/arena/bump_region.hpp>
#include <strata/pool/fixed_pool.hpp>
#include <strata/pool/growing_pool.hpp>
#include <strata/pool/thread_safe_pool.hpp>

namespace strata::test {
namespace {

class checked_upstream : public testing::Test {
 protected:
  ~checked_upstream() override {
    EXPECT_EQ(upstream_.validate(), 0u);
    EXPECT_EQ(upstream_.statistics().live_blocks, 0u);
    EXPECT_EQ(upstream_.statistics().errors, 0u);
  }

  // A little of everything that containers do.
  static void work(std::pmr::memory_resource& on) {
    std::mt19937 random{7};
    std::pmr::map<unsigned long, std::pmr::string> words(&on);
    std::pmr::vector<double> numbers(&on);
    for (unsigned i = 0; i < 2000; ++i) {
      words[random() % 300].append(random() % 50, 'x');
      numbers.push_back(i);
      if (i % 3 == 0) words.erase(random() % 300);
    }
    void* const wide = on.allocate(100'000, 4096);
    on.deallocate(wide, 100'000, 4096);
  }

  template <class Pool>
  static void work_on_pool(Pool& pool) {
    std::vector<std::string*> live;
    std::mt19937 random{8};
    for (unsigned i = 0; i < 3000; ++i) {
      if (live.size() == 400 || (!live.empty() && random() % 3 == 0)) {
        pool.release(live.back());
        live.pop_back();
      } else {
        live.push_back(&pool.emplace(random() % 60, 'p'));
      }
    }
    for (std::string* each : live) pool.release(each);
  }

  checked upstream_{{.name = "under test", .backtrace_depth = 4}};
};

TEST_F(checked_upstream, of_an_arena) {
  arena over({.upstream = &upstream_});
  for (int round = 0; round < 3; ++round) {
    work(over);
    const auto here = over.checkpoint();
    work(over);
    over.rewind(here);
    over.reset(arena_keep::up_to(100'000));
  }
}

TEST_F(checked_upstream, of_a_bump_region) {
  bump_region<bump_policies::safety> over(8 << 20, {.upstream = &upstream_});
  work(over);
  over.reset();
  work(over);
}

TEST_F(checked_upstream, of_adaptors_over_adaptors) {
  tracked counting(upstream_);
  limited bounded(counting, 4 << 20);
  synchronized locked(bounded);
  work(locked);
}

TEST_F(checked_upstream, of_pools) {
  fixed_pool<std::string> fixed({.capacity = 400, .upstream = &upstream_});
  work_on_pool(fixed);
  growing_pool<std::string> growing({.retain = 0, .upstream = &upstream_});
  work_on_pool(growing);
  thread_safe_pool<std::string> shared({.upstream = &upstream_});
  work_on_pool(shared);
}

// Each refusal in turn, until the work comes through.
TEST_F(checked_upstream, that_refuses_once) {
  for (std::uint64_t n = 1;; ++n) {
    failing memory(upstream_, {.nth = n});
    try {
      arena over({.upstream = &memory, .chunk_bytes = 2048, .chunk_bytes_max = 4096});
      growing_pool<std::string> pool(
          {.growth = pool_growth::linear(8), .retain = 0, .upstream = &memory});
      work_on_pool(pool);
      std::pmr::map<int, std::pmr::string> words(&over);
      for (int i = 0; i < 200; ++i) words[i].assign(static_cast<std::size_t>(i), 'x');
    } catch (const std::bad_alloc&) {
    }
    ASSERT_EQ(upstream_.statistics().live_blocks, 0u) << "request " << n;
    if (memory.refusals() == 0) break;
  }
}

}  // namespace
}  // namespace strata::test
