// Blocks of the process heap: what they hold, how they grow, what is refused,
// and when memory goes back.
#include "heap/process.hpp"

#include <algorithm>
#include <atomic>
#include <cstring>
#include <latch>
#include <random>
#include <thread>
#include <vector>

#include "heap/measure.hpp"
#include "support/fake_process.hpp"

namespace strata::core {
namespace {

class process_test : public test::process_fixture {
 protected:
  static bool holds(const void* from, std::size_t bytes, std::byte value) {
    const auto* const first = static_cast<const std::byte*>(from);
    return std::all_of(first, first + bytes, [&](std::byte each) { return each == value; });
  }

  // `blocks` blocks of `size`, written, and freed again.
  void churn(std::size_t blocks, std::size_t size) {
    std::vector<void*> made(blocks);
    for (void*& block : made) std::memset(block = allocate(size), 0xee, size);
    for (void* block : made) deallocate(block);
  }

  static constexpr std::size_t sizes[] = {1,       16,      17,      256,       257,
                                          4096,    8192,    8193,    65536,     100'000,
                                          262'144, 262'145, 1 << 20, 5'000'000, 40'000'000};
};

TEST_F(process_test, starts_with_its_first_allocation) {
  test::fake_process fresh;
  EXPECT_FALSE(fresh->started());
  EXPECT_NE(fresh->allocate(10), nullptr);
  EXPECT_TRUE(fresh->started());
}

TEST_F(process_test, threads_that_begin_together_open_the_system_once) {
  test::fake_process shared;
  constexpr int threads = 4;
  std::latch ready(threads);
  std::vector<std::thread> running;
  for (int t = 0; t < threads; ++t) {
    running.emplace_back([&] {
      ready.arrive_and_wait();
      EXPECT_TRUE(shared.start());
    });
  }
  for (std::thread& each : running) each.join();
  EXPECT_EQ(shared.openings(), 1);
}

TEST_F(process_test, watches_forks_once_and_before_it_starts) {
  test::fake_process fresh;
  fresh.watch_forks();
  EXPECT_FALSE(fresh->started());
  EXPECT_EQ(os::counts().on_fork, 1u);
  EXPECT_TRUE(fresh.start());
  EXPECT_EQ(os::counts().on_fork, 1u);
}

// Else the child would wait for a thread that it does not have.
TEST_F(process_test, a_fork_waits_for_a_start_on_another_thread) {
  static std::atomic<bool> opening;
  static std::atomic<bool> forking;
  opening = forking = false;
  test::fake_process fresh;
  fresh.on_opening([]() noexcept {
    opening = true;
    while (!forking) std::this_thread::yield();
    for (int i = 0; i < 1000; ++i) std::this_thread::yield();
  });
  std::thread starting([&] { EXPECT_TRUE(fresh.start()); });
  while (!opening) std::this_thread::yield();
  forking = true;
  os::fork_prepare();
  EXPECT_TRUE(fresh->started());
  os::fork_child();
  EXPECT_NE(fresh->allocate(10), nullptr);
  starting.join();
}

// As another library's handler does whose turn comes between ours.
TEST_F(process_test, starts_between_the_handlers_of_a_fork) {
  for (const bool in_child : {false, true}) {
    test::fake_process fresh;
    fresh.watch_forks();
    os::fork_prepare();
    void* const block = fresh->allocate(10);
    in_child ? os::fork_child() : os::fork_parent();
    ASSERT_NE(block, nullptr);
    fresh->deallocate(block);
    EXPECT_NE(fresh->allocate(100'000), nullptr);
    EXPECT_TRUE(fresh.invariant());
  }
}

TEST_F(process_test, a_limit_that_the_program_set_before_the_start_stays) {
  test::fake_process fresh;
  fresh.accounts().root().set_limit(7 * base::mib);
  ASSERT_TRUE(fresh.start());
  EXPECT_EQ(fresh.accounts().root().limit(), 7 * base::mib);
}

TEST_F(process_test, a_limit_of_the_settings_takes_the_place_of_the_programs) {
  test::fake_process fresh;
  fresh.settings().limit = 5 * base::mib;
  fresh.accounts().root().set_limit(7 * base::mib);
  ASSERT_TRUE(fresh.start());
  EXPECT_EQ(fresh.accounts().root().limit(), 5 * base::mib);
}

TEST_F(process_test, blocks_of_every_size_are_aligned_usable_and_returned) {
  for (const std::size_t size : sizes) {
    void* const block = allocate(size);
    ASSERT_NE(block, nullptr);
    EXPECT_TRUE(base::is_aligned(block, block_alignment));
    EXPECT_GE(process_->usable_size(block), size);
    std::memset(block, 0xee, process_->usable_size(block));
    EXPECT_EQ(process_->heap_of(block), &process_heap());
    deallocate(block);
    ASSERT_TRUE(process_.invariant()) << size;
  }
  process_->purge();
  EXPECT_EQ(root().usage(), 0u);
}

TEST_F(process_test, zero_bytes_are_a_block_and_nothing_is_no_block) {
  void* const one = allocate(0);
  void* const other = allocate(0);
  EXPECT_NE(one, nullptr);
  EXPECT_NE(one, other);
  deallocate(one);
  deallocate(other);
  deallocate(nullptr);
  process_->deallocate_sized(nullptr, 5);
}

TEST_F(process_test, impossible_sizes_are_refused) {
  for (const std::size_t size :
       {SIZE_MAX, SIZE_MAX - 15, SIZE_MAX / 2 + 1, base::size_max, std::size_t{1} << 50}) {
    EXPECT_EQ(allocate(size), nullptr) << size;
    EXPECT_EQ(process_->allocate_zeroed(size), nullptr);
    EXPECT_EQ(process_->allocate_aligned(size, 4096), nullptr);
  }
  EXPECT_EQ(process_->allocate_aligned(1, std::size_t{1} << 62), nullptr);
  EXPECT_EQ(root().usage(), 0u);
}

TEST_F(process_test, alignments_up_to_a_gigabyte) {
  for (std::size_t alignment = 1; alignment <= base::gib; alignment *= 2) {
    for (const std::size_t size : {1u, 100u, 5000u, 100'000u, 1'000'000u}) {
      void* const block = process_->allocate_aligned(size, alignment);
      ASSERT_NE(block, nullptr);
      EXPECT_TRUE(base::is_aligned(block, alignment)) << size << " aligned to " << alignment;
      std::memset(block, 0xee, size);
      deallocate(block);
    }
  }
}

TEST_F(process_test, alignment_is_address_space_and_is_not_charged) {
  const std::size_t before = root().usage();
  void* block = process_->allocate_aligned(100, 2 * base::mib);
  EXPECT_EQ(root().usage() - before, os::page_size());
  deallocate(block);
  EXPECT_EQ(root().usage(), before);
}

TEST_F(process_test, zeroed_blocks_are_zero_fresh_and_reused) {
  for (int round = 0; round < 3; ++round) {
    for (const std::size_t size : sizes) {
      void* const block = process_->allocate_zeroed(size);
      ASSERT_TRUE(holds(block, size, std::byte{0})) << size << " in round " << round;
      std::memset(block, 0xee, process_->usable_size(block));
      deallocate(block);
    }
  }
}

TEST_F(process_test, fresh_zeroed_memory_is_not_touched) {
  void* const medium = process_->allocate_zeroed(200'000);
  void* const large = process_->allocate_zeroed(40'000'000);
  EXPECT_LT(os::resident_bytes(), base::mib);
  deallocate(medium);
  deallocate(large);
}

TEST_F(process_test, fresh_medium_memory_is_not_touched_by_malloc_either) {
  std::vector<void*> blocks;
  for (int i = 0; i < 100; ++i) blocks.push_back(allocate(20'000));
  EXPECT_LT(os::resident_bytes(), 200 * base::kib) << "a page of each would be 400 KiB";
  for (void* const block : blocks) deallocate(block);
}

TEST_F(process_test, reallocation_keeps_the_contents_whichever_way_it_goes) {
  for (const std::size_t from : sizes) {
    for (const std::size_t to : sizes) {
      void* block = allocate(from);
      std::memset(block, 0xee, from);
      block = process_->reallocate(block, to);
      ASSERT_TRUE(holds(block, std::min(from, to), std::byte{0xee})) << from << " to " << to;
      ASSERT_GE(process_->usable_size(block), to);
      std::memset(block, 0x11, to);
      deallocate(block);
    }
  }
  EXPECT_TRUE(process_.invariant());
}

TEST_F(process_test, a_large_block_grows_without_copying) {
  void* block = allocate(base::mib);
  std::memset(block, 0xee, base::mib);
  for (std::size_t size = 2 * base::mib; size <= 256 * base::mib; size *= 2) {
    static_cast<void>(allocate(300 * base::kib));  // in the way of growth in place
    block = process_->reallocate(block, size);
    ASSERT_NE(block, nullptr);
  }
  EXPECT_TRUE(holds(block, base::mib, std::byte{0xee}));
  EXPECT_LT(os::resident_bytes(), 8 * base::mib) << "only what was written is in memory";
}

TEST_F(process_test, a_refused_reallocation_leaves_the_block) {
  void* const block = allocate(1000);
  std::memset(block, 0xee, 1000);
  EXPECT_EQ(process_->reallocate(block, base::size_max), nullptr);
  EXPECT_EQ(process_->reallocate(block, SIZE_MAX), nullptr);
  EXPECT_TRUE(holds(block, 1000, std::byte{0xee}));
  deallocate(block);
}

TEST_F(process_test, expands_in_place_or_not_at_all) {
  void* const small = allocate(100);
  EXPECT_TRUE(process_->try_expand(small, 112));
  EXPECT_FALSE(process_->try_expand(small, 113));
  void* const large = allocate(300 * base::kib);
  EXPECT_TRUE(process_->try_expand(large, base::mib));
  EXPECT_GE(process_->usable_size(large), base::mib);
  EXPECT_FALSE(process_->try_expand(large, base::size_max));
}

TEST_F(process_test, the_roots_limit_refuses_and_recovers) {
  root().set_limit(8 * base::mib);
  std::vector<void*> blocks;
  while (void* const block = allocate(100'000)) blocks.push_back(block);
  EXPECT_GT(blocks.size(), 50u);
  EXPECT_EQ(allocate(base::mib), nullptr);
  EXPECT_LE(root().usage(), 8 * base::mib);
  for (void* block : blocks) deallocate(block);
  EXPECT_NE(allocate(base::mib), nullptr);
}

TEST_F(process_test, no_pointer_belongs_to_a_heap_that_was_not_allocated) {
  int local = 0;
  EXPECT_EQ(process_->heap_of(&local), nullptr);
  EXPECT_EQ(process_->heap_of(nullptr), nullptr);
  void* const block = allocate(base::mib);
  deallocate(block);
  EXPECT_EQ(process_->heap_of(block), nullptr);
}

// -- Giving back --------------------------------------------------------------------

TEST_F(process_test, by_default_nearly_all_goes_back_when_all_is_freed) {
  for (const std::size_t size : {64u, 1000u, 20'000u, 200'000u, 1'000'000u}) {
    churn(100 * base::mib / size, size);
    EXPECT_LT(os::resident_bytes(), 10 * base::mib) << size;
    os::advance_ns(1'000'000'000);
  }
  EXPECT_GT(process_heap().statistics().purges, 0u);
}

TEST_F(process_test, what_bursts_need_again_and_again_stays_between_them_and_goes_after) {
  for (int burst = 0; burst < 5; ++burst) churn(100 * 1024, 1024);
  const std::size_t decommits = os::counts().decommit;
  for (int burst = 0; burst < 5; ++burst) churn(100 * 1024, 1024);
  EXPECT_EQ(os::counts().decommit, decommits);
  EXPECT_GT(os::resident_bytes(), 90 * base::mib);
  for (int second = 0; second < 3; ++second) {
    os::advance_ns(1'000'000'000);
    process_->purge_aged();
  }
  EXPECT_LT(os::resident_bytes(), 10 * base::mib);
}

TEST_F(process_test, the_budget_keeps_a_share_for_the_next_burst) {
  churn(1000, 1000);
  const std::size_t decommits = os::counts().decommit;
  for (int i = 0; i < 100; ++i) churn(1000, 1000);
  EXPECT_EQ(os::counts().decommit, decommits) << "what is needed again soon is not given back";
}

TEST_F(process_test, everything_goes_back_on_request) {
  churn(1000, 1000);
  churn(10, 300'000);
  EXPECT_GT(process_heap().retained(), 0u);
  EXPECT_GT(process_->purge(), 0u);
  EXPECT_EQ(process_heap().retained(), 0u);
  EXPECT_EQ(process_heap().segments().count(), 0u);
  EXPECT_EQ(process_->purge(), 0u) << "nothing is left";
}

TEST_F(process_test, what_time_says_is_not_needed_goes_back_by_the_pump) {
  std::vector<void*> live(1000);
  for (void*& block : live) block = allocate(100'000);  // allows for 12 MB
  churn(80, 100'000);
  const std::size_t retained = process_heap().retained();
  ASSERT_GT(retained, 4 * base::mib);
  process_->purge_aged();
  os::advance_ns(500'000'000);
  process_->purge_aged();  // begins a period in which nothing is needed
  os::advance_ns(499'000'000);
  process_->purge_aged();
  os::advance_ns(1'000'000);
  process_->purge_aged();
  EXPECT_LE(process_heap().retained(), 2 * base::mib + granule_bytes * 8);
  EXPECT_GT(process_heap().retained(), 0u) << "the floor stays";
  for (void* block : live) deallocate(block);
}

TEST_F(process_test, a_floor_of_zero_retains_nothing) {
  test::fake_process lean;
  lean.settings().retain_min = 0;
  lean.settings().retain_percent = 0;
  ASSERT_TRUE(lean.start());
  void* const block = lean->allocate(base::mib);
  std::memset(block, 1, base::mib);
  lean->deallocate(block);
  EXPECT_EQ(lean->process_heap().retained(), 0u);
}

TEST_F(process_test, memory_comes_and_goes_in_cycles_without_growth) {
  churn(2000, 10'000);
  churn(20, 700'000);
  process_->purge();
  const std::size_t committed = os::committed_bytes();
  const std::size_t resident = os::resident_bytes();
  for (int cycle = 0; cycle < 20; ++cycle) {
    churn(2000, 10'000);
    churn(20, 700'000);
    process_->purge();
    ASSERT_TRUE(process_.invariant());
    ASSERT_EQ(root().usage(), 0u);
  }
  // One region more, and its records.
  EXPECT_LE(os::committed_bytes(), committed + 16 * base::mib + 64 * base::kib);
  EXPECT_LE(os::resident_bytes(), resident + 64 * base::kib);
}

TEST_F(process_test, a_snapshot_of_a_resting_process_adds_up) {
  std::vector<void*> live;
  for (const std::size_t size : sizes) live.push_back(allocate(size));
  snapshot seen;
  begin_snapshot(seen);
  measure_process(process_->shared(), seen);
  measure(process_heap(), seen);
  end_snapshot(seen);
  std::uint64_t blocks = seen.large_live_blocks;
  for (std::size_t i = 0; i < seen.class_count; ++i) blocks += seen.classes[i].live_blocks;
  EXPECT_EQ(blocks, live.size());
  for (void* block : live) deallocate(block);
}

// -- Everything at random, against the contents of the blocks --------------------------

TEST_F(process_test, random_work_agrees_with_its_model) {
  struct made {
    std::byte* place;
    std::size_t size;
    std::byte mark;
  };
  std::mt19937 random(7);
  std::vector<made> live;
  const auto size_of_chance = [&] {
    const std::size_t bits = random() % 21;
    return 1 + random() % (std::size_t{1} << bits);
  };
  for (int step = 0; step < 30'000; ++step) {
    const std::size_t which = live.empty() ? 0 : random() % live.size();
    const std::size_t choice = random() % 100;
    if (live.empty() || choice < 45) {
      const std::size_t size = size_of_chance();
      const auto mark = static_cast<std::byte>(random());
      auto* const place = static_cast<std::byte*>(
          choice < 15   ? process_->allocate_zeroed(size)
          : choice < 20 ? process_->allocate_aligned(size, 1u << random() % 18)
                        : allocate(size));
      ASSERT_NE(place, nullptr);
      ASSERT_TRUE(choice >= 15 || holds(place, size, std::byte{0})) << "step " << step;
      std::memset(place, static_cast<int>(mark), size);
      live.push_back({place, size, mark});
    } else if (choice < 60) {
      made& block = live[which];
      const std::size_t size = size_of_chance();
      block.place = static_cast<std::byte*>(process_->reallocate(block.place, size));
      ASSERT_TRUE(holds(block.place, std::min(size, block.size), block.mark)) << "step " << step;
      block.size = size;
      std::memset(block.place, static_cast<int>(block.mark), size);
    } else if (choice < 99) {
      ASSERT_TRUE(holds(live[which].place, live[which].size, live[which].mark)) << step;
      deallocate(live[which].place);
      live[which] = live.back();
      live.pop_back();
    } else {
      process_->purge();
      os::advance_ns(100'000'000);
      ASSERT_TRUE(process_.invariant()) << "step " << step;
    }
  }
  for (const made& block : live) deallocate(block.place);
  process_->purge();
  EXPECT_EQ(root().usage(), 0u);
}

}  // namespace
}  // namespace strata::core
