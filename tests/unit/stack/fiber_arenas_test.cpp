// Arenas of fibers: taken, reset, put back hot, bounded, refused, shared by threads.
#include <strata/stack/fiber_arenas.hpp>

#include <gtest/gtest.h>

#include <cstring>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "support/sanitized.hpp"
#include "unit/arena/counting_upstream.hpp"

namespace strata::test {
namespace {

using problem = band_config_problem;

// How much of an arena's first chunk blocks can have: less its head, and the band's.
constexpr std::size_t usable(std::size_t band_bytes) { return band_bytes - 128; }

TEST(fiber_arenas, an_arena_has_a_first_chunk_of_the_band_that_fits) {
  fiber_arenas arenas;
  const auto room = [&](std::size_t bytes) { return arenas.get(bytes)->remaining(); };
  EXPECT_EQ(room(0), usable(4096));
  EXPECT_EQ(room(4096 - 64), usable(4096));
  EXPECT_EQ(room(4096), usable(8192));
  EXPECT_EQ(room(30'000), usable(32'768));
  EXPECT_EQ(room(1 << 20), usable(65'536));
}

TEST(fiber_arenas, the_arena_that_came_last_goes_first_with_its_memory) {
  counting_upstream upstream;
  fiber_arenas arenas({.upstream = &upstream});
  fiber_arena one = arenas.get();
  void* const first = one->allocate(100);
  arena* const same = one.get();
  one.reset();
  EXPECT_FALSE(one);
  const std::size_t requests = upstream.requests();
  for (int i = 0; i < 1000; ++i) {
    const fiber_arena again = arenas.get(3000);
    ASSERT_EQ(again.get(), same);
    ASSERT_EQ(again->allocate(100), first);
    for (int k = 0; k < 25; ++k) (void)again->allocate(100);
  }
  EXPECT_EQ(upstream.requests(), requests);
}

TEST(fiber_arenas, what_a_fiber_registered_ends_with_it) {
  fiber_arenas arenas;
  std::vector<int> ended;
  struct noisy {
    std::vector<int>& log;
    int number;
    noisy(std::vector<int>& to, int with) : log(to), number(with) {}
    ~noisy() { log.push_back(number); }
  };
  {
    const fiber_arena memory = arenas.get();
    (void)memory->make_registered<noisy>(ended, 1);
    (void)memory->make_registered<noisy>(ended, 2);
  }
  EXPECT_EQ(ended, (std::vector<int>{2, 1}));
}

TEST(fiber_arenas, a_destructor_may_use_the_pool) {
  shared_fiber_arenas arenas;
  struct taker {
    shared_fiber_arenas& from;
    explicit taker(shared_fiber_arenas& pool) : from(pool) {}
    ~taker() { (void)from.get()->allocate(10); }
  };
  { (void)arenas.get()->make_registered<taker>(arenas); }
  EXPECT_EQ(arenas.statistics().active, 0U);
}

TEST(fiber_arenas, a_fiber_that_outgrows_its_band_gives_the_rest_back) {
  counting_upstream upstream;
  fiber_arenas arenas({.upstream = &upstream, .idle_bytes = 1 << 20});
  const auto grow = [&] {
    const fiber_arena memory = arenas.get();
    for (int i = 0; i < 200; ++i) std::memset(memory->allocate(700), i, 700);
    (void)memory->allocate(100'000);
    EXPECT_EQ(arenas.statistics().apart.active, 1U);
    EXPECT_GT(arenas.statistics().total().active_bytes, 240'000U);
  };
  grow();
  EXPECT_EQ(arenas.statistics().total().active, 0U);
  EXPECT_EQ(arenas.statistics().apart.held_bytes, 0U);
  const std::size_t requests = upstream.requests();
  grow();
  EXPECT_EQ(upstream.requests(), requests + 1) << "only what stands apart comes anew";
}

TEST(fiber_arenas, a_growing_fiber_may_use_the_memory_of_an_idle_arena) {
  fiber_arenas arenas;
  arenas.get(7000).reset();
  {
    const fiber_arena growing = arenas.get();
    for (int i = 0; i < 12; ++i) std::memset(growing->allocate(700), 0xff, 700);
    EXPECT_EQ(arenas.statistics().each[1].active, 1U);
    EXPECT_EQ(arenas.statistics().each[1].groups, 1U);
  }
  const fiber_arena again = arenas.get(7000);
  EXPECT_EQ(again->statistics().reserved, 8192U - 64);
  EXPECT_EQ(again->statistics().chunks, 1U);
  for (int i = 0; i < 20; ++i) std::memset(again->allocate(700), i, 700);
}

TEST(fiber_arenas, a_fiber_may_give_its_chunks_back_itself) {
  fiber_arenas arenas;
  for (const std::size_t bytes : {3000U, 3U, 500U}) {
    const fiber_arena memory = arenas.get();
    for (int i = 0; i < 20; ++i) (void)memory->allocate(700);
    memory->reset(arena_keep::none());
    std::memset(memory->allocate(bytes), 1, bytes);
    for (int i = 0; i < 3; ++i) std::memset(memory->allocate(900), i, 900);
    memory->reset(arena_keep::none());
  }
  EXPECT_EQ(arenas.statistics().total().active, 0U);
  EXPECT_EQ(arenas.get()->remaining(), usable(4096));
  EXPECT_EQ(arenas.statistics().total().active, 0U);
}

TEST(fiber_arenas, large_alignments_are_served) {
  fiber_arenas arenas;
  const fiber_arena memory = arenas.get();
  for (std::size_t alignment = 16; alignment <= 65'536; alignment *= 2) {
    void* const block = memory->allocate(5000, alignment);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block) % alignment, 0U);
    std::memset(block, 1, 5000);
  }
}

TEST(fiber_arenas, idle_memory_stays_within_its_budget) {
  counting_upstream upstream;
  constexpr std::size_t budget = 655'360;
  fiber_arenas arenas({.upstream = &upstream, .idle_bytes = budget});
  std::vector<fiber_arena> all;
  for (int i = 0; i < 500; ++i) {
    all.push_back(arenas.get(1000));
    all.push_back(arenas.get(60'000));
  }
  EXPECT_GT(upstream.live_bytes(), 500U * 65'536);
  all.clear();
  EXPECT_LE(upstream.live_bytes(), budget);
  EXPECT_EQ(upstream.live_bytes(), arenas.statistics().total().held_bytes);
  const std::size_t held = upstream.live_bytes();
  EXPECT_GT(held, budget / 2);
  EXPECT_EQ(arenas.trim(), held);
  EXPECT_EQ(upstream.live_bytes(), 0U);
}

TEST(fiber_arenas, no_idle_bytes_keep_nothing) {
  counting_upstream upstream;
  fiber_arenas arenas({.upstream = &upstream, .idle_bytes = 0});
  arenas.get().reset();
  EXPECT_EQ(upstream.live_bytes(), 0U);
}

TEST(fiber_arenas, handles_move) {
  fiber_arenas arenas;
  fiber_arena one = arenas.get();
  arena* const memory = one.get();
  fiber_arena two = std::move(one);
  EXPECT_FALSE(one);  // NOLINT(bugprone-use-after-move): what is left is what is tested
  EXPECT_EQ(two.get(), memory);
  fiber_arena three = arenas.get();
  three = std::move(two);
  EXPECT_EQ(three.get(), memory);
  EXPECT_EQ(arenas.statistics().active, 1U);
}

TEST(fiber_arenas, figures_tell_what_is_used) {
  fiber_arenas arenas({.name = "figures", .limit = 1 << 20});
  {
    const fiber_arena one = arenas.get();
    const fiber_arena two = arenas.get(10'000);
    const bands_statistics now = arenas.statistics();
    EXPECT_EQ(now.name, "figures");
    EXPECT_EQ(now.active, 2U);
    EXPECT_EQ(now.count, 5U);
    EXPECT_EQ(now.each[0].active, 1U);
    EXPECT_EQ(now.each[2].active_bytes, 16'384U);
    EXPECT_EQ(now.total().active_bytes, 4096U + 16'384);
    EXPECT_EQ(now.total().held_bytes, 2U * 65'536);
    EXPECT_EQ(now.total().idle, 15U + 3);
    EXPECT_DOUBLE_EQ(now.each[2].fragmentation(), 0.75);
    EXPECT_EQ(arenas.account()->usage(), now.total().held_bytes);
  }
  EXPECT_EQ(arenas.statistics().active, 0U);
  EXPECT_EQ(arenas.statistics().peak, 2U);
  EXPECT_DOUBLE_EQ(arenas.statistics().each[1].fragmentation(), 0);
  EXPECT_EQ(arenas.trim(), 2U * 65'536);
  EXPECT_EQ(arenas.account()->usage(), 0U);
}

TEST(fiber_arenas, over_an_upstream_an_account_is_charged_if_asked_for) {
  counting_upstream upstream;
  fiber_arenas without({.upstream = &upstream});
  EXPECT_FALSE(without.account());
  fiber_arenas with({.name = "with", .upstream = &upstream});
  const fiber_arena one = with.get();
  EXPECT_EQ(with.account()->usage(), upstream.live_bytes());
  int accounts = 0;
  visit_accounts([&](const account_info& info) { accounts += info.name == "with" ? 1 : 0; });
  EXPECT_EQ(accounts, 1) << "arenas have none of their own";
}

// -- Refusals ---------------------------------------------------------------------

TEST(fiber_arenas, the_limit_refuses_a_fiber_and_names_the_account) {
  fiber_arenas arenas({.name = "narrow", .limit = 65'536});
  const fiber_arena one = arenas.get(60'000);
  EXPECT_FALSE(arenas.try_get());
  try {
    (void)arenas.get(100);
    FAIL() << "not refused";
  } catch (const out_of_memory& refusal) {
    EXPECT_EQ(refusal.account_name(), "narrow");
  }
  EXPECT_EQ(arenas.statistics().refused, 2U);
  EXPECT_EQ(arenas.statistics().active, 1U);
  EXPECT_EQ(arenas.statistics().peak, 1U) << "what is refused was never handed out";
  for (int i = 0; i < 100; ++i) {
    if (one->try_allocate(1000) == nullptr) break;
  }
  try {
    (void)one->allocate(20'000);
    FAIL() << "not refused";
  } catch (const out_of_memory& refusal) {
    EXPECT_EQ(refusal.account_name(), "narrow");
  }
}

TEST(fiber_arenas, every_request_of_the_upstream_may_be_refused) {
  for (std::size_t n = 1;; ++n) {
    counting_upstream upstream;
    bool refused = false;
    {
      fiber_arenas arenas({.upstream = &upstream});
      upstream.fail(n);
      for (const std::size_t bytes : {100U, 5000U, 60'000U}) {
        const fiber_arena memory = arenas.try_get(bytes);
        refused |= !memory;
        for (int i = 0; memory && i < 30; ++i) refused |= memory->try_allocate(900) == nullptr;
        if (memory) refused |= memory->try_allocate(200'000) == nullptr;
      }
      EXPECT_EQ(arenas.statistics().active, 0U);
      upstream.fail_none();
      EXPECT_TRUE(arenas.try_get(60'000));
    }
    if (!refused) break;
    ASSERT_LT(n, 50U);
  }
}

TEST(fiber_arenas, a_handler_of_pressure_may_trim_the_pool) {
  shared_fiber_arenas arenas({.name = "pressed", .limit = 131'072});
  { const shared_fiber_arena one = arenas.get(60'000), two = arenas.get(60'000); }
  const pressure_handler trim(*arenas.account(), [&](std::size_t) { return arenas.trim(); });
  EXPECT_TRUE(arenas.try_get(100));
}

TEST(fiber_arenas, contradictions_are_named) {
  const auto expect = [](const fiber_arenas_options& options, problem wanted,
                         std::string_view option, const char* what) {
    const auto found = fiber_arenas::check(options);
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->problem(), wanted);
    EXPECT_EQ(found->option(), option);
    EXPECT_STREQ(found->what(), what);
    EXPECT_THROW(fiber_arenas{options}, invalid_band_config);
  };
  EXPECT_FALSE(fiber_arenas::check({}));
  EXPECT_FALSE(fiber_arenas::check({.band_bytes_min = 2048, .band_bytes_max = 16 << 20}));
  expect({.band_bytes_min = 1024}, problem::band_too_small, "band_bytes_min",
         "band_bytes_min: 1024 is less than 2048");
  expect({.band_bytes_max = 32 << 20}, problem::band_too_large, "band_bytes_max",
         "band_bytes_max: 33554432 is more than 16777216");
  expect({.band_bytes_min = 5000}, problem::no_power_of_two, "band_bytes_min",
         "band_bytes_min: 5000 is no power of two; the next one is 8192");
  expect({.band_bytes_min = 8192, .band_bytes_max = 4096}, problem::bands_in_disorder,
         "band_bytes_min", "band_bytes_min: 8192 is more than band_bytes_max, 4096");
}

// -- Threads ------------------------------------------------------------------------

TEST(fiber_arenas, fibers_may_end_on_another_thread) {
  shared_fiber_arenas arenas({.idle_bytes = 300'000});
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (unsigned t = 0; t < 4; ++t) {
    threads.emplace_back([&, t] {
      std::vector<shared_fiber_arena> mine;
      for (std::size_t i = 0; i < scaled(8000); ++i) {
        mine.push_back(arenas.get((i + t) % 7 * 9000));
        std::memset(mine.back()->allocate(i % 6000), static_cast<int>(t), i % 6000);
        if (mine.size() == 20) std::thread([&] { mine.clear(); }).join();
        if (i % 256 == 0) arenas.trim();
      }
    });
  }
  for (std::thread& each : threads) each.join();
  EXPECT_EQ(arenas.statistics().active, 0U);
  EXPECT_LE(arenas.statistics().total().held_bytes, 300'000U);
}

// -- Mistakes -----------------------------------------------------------------------

TEST(fiber_arenas_death, a_pool_must_not_end_before_its_arenas) {
  EXPECT_DEATH(
      {
        std::optional<fiber_arenas> arenas;
        arenas.emplace(fiber_arenas_options{.name = "early"});
        const fiber_arena one = arenas->get();
        arenas.reset();
      },
      "strata: fatal: fiber arenas in use: .*\"early\" end while 1 of them");
}

}  // namespace
}  // namespace strata::test
