// Checkpoints of arenas: what a rewind ends and what stays, and mistakes.
#include <strata/arena/arena_checkpoint.hpp>

#include <gtest/gtest.h>
#include <strata/arena/arena.hpp>

#include <cstring>
#include <string>
#include <vector>

#include "counting_upstream.hpp"
#include "support/opaque.hpp"

namespace strata::test {
namespace {

constexpr std::size_t kib = 1024;

TEST(arena_checkpoint, a_rewind_ends_what_came_after) {
  arena work;
  void* const before = work.allocate(100);
  std::memset(before, 7, 100);
  const arena::position mark = work.checkpoint();
  void* const after = work.allocate(200);
  (void)opaque(work.allocate(300));
  work.rewind(mark);
  EXPECT_EQ(work.allocate(50), after);
  EXPECT_EQ(static_cast<char*>(before)[99], 7);
}

TEST(arena_checkpoint, a_rewind_crosses_chunks_and_keeps_them) {
  counting_upstream upstream;
  arena work({.upstream = &upstream});
  (void)opaque(work.allocate(100));
  const std::size_t allocated = work.allocated();
  const arena::position mark = work.checkpoint();
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 1000; ++i) std::memset(work.allocate(1000), round, 1000);
    (void)opaque(work.allocate(10000 * kib));
    EXPECT_EQ(work.statistics().large_blocks, 1u);
    work.rewind(mark);
    EXPECT_EQ(work.allocated(), allocated);
    EXPECT_EQ(work.statistics().large_blocks, 0u);
  }
  EXPECT_EQ(upstream.requests(), work.statistics().chunks + 3) << "chunks serve again";
  EXPECT_GT(work.statistics().spare, 0u);
  EXPECT_GT(work.purge(), 0u);
  EXPECT_EQ(work.statistics().spare, 0u);
  EXPECT_EQ(work.statistics().chunks, 1u);
}

TEST(arena_checkpoint, an_empty_arena_can_be_rewound_to) {
  arena work;
  const arena::position start = work.checkpoint();
  void* const first = work.allocate(100);
  work.rewind(start);
  EXPECT_EQ(work.allocated(), 0u);
  EXPECT_EQ(work.allocate(100), first);
}

TEST(arena_checkpoint, scopes_nest) {
  arena work;
  arena_checkpoint outer(work);
  (void)opaque(work.allocate(100));
  const std::size_t allocated = work.allocated();
  for (int i = 0; i < 100; ++i) {
    arena_checkpoint inner(work);
    (void)opaque(inner.allocate(5000));
    arena_checkpoint innermost(work);
    (void)opaque(innermost.make<std::string>("x"));
  }
  EXPECT_EQ(work.allocated(), allocated);
  outer.rewind();
  EXPECT_EQ(work.allocated(), 0u);
  (void)opaque(work.allocate(100));
}

TEST(arena_checkpoint, what_is_kept_stays) {
  arena work;
  {
    arena_checkpoint attempt(work);
    (void)opaque(attempt.make_array<int>(100).data());
    attempt.keep();
  }
  EXPECT_EQ(work.allocated(), 400u);
}

TEST(arena_checkpoint, deeper_than_what_is_remembered) {
  arena work;
  std::vector<arena::position> marks;
  for (int i = 0; i < 40; ++i) {
    marks.push_back(work.checkpoint());
    (void)opaque(work.allocate(16));
  }
  for (std::size_t i = marks.size(); i-- > 0;) {
    work.rewind(marks[i]);
    EXPECT_EQ(work.allocated(), i * 16);
  }
}

TEST(arena_checkpoint, destructors_run_at_the_rewind) {
  struct counter {
    explicit counter(int& of) : count(of) { ++count; }
    ~counter() { --count; }
    int& count;
  };
  int alive = 0;
  arena work;
  (void)work.make_registered<counter>(alive);
  {
    arena_checkpoint scope(work);
    (void)work.make_registered<counter>(alive);
    (void)work.make_registered<counter>(alive);
    EXPECT_EQ(alive, 3);
  }
  EXPECT_EQ(alive, 1);
  work.reset();
  EXPECT_EQ(alive, 0);
}

TEST(arena_checkpoint, a_block_of_before_does_not_grow_into_what_a_rewind_ends) {
  arena work;
  void* const before = work.allocate(100);
  EXPECT_TRUE(work.try_resize(before, 100, 200));
  {
    arena_checkpoint outer(work);
    EXPECT_FALSE(work.try_resize(before, 200, 300));
    void* const within = work.allocate(16);
    {
      arena_checkpoint inner(work);
      EXPECT_FALSE(work.try_resize(within, 16, 32));
    }
    EXPECT_TRUE(work.try_resize(within, 16, 32)) << "after the inner checkpoint";
    for (int i = 0; i < 100; ++i) (void)opaque(work.allocate(1000));
    void* const next_chunk = work.allocate(16);
    EXPECT_TRUE(work.try_resize(next_chunk, 16, 32));
  }
  EXPECT_TRUE(work.try_resize(before, 200, 300));
}

TEST(arena_checkpoint, a_large_block_of_before_may_end_after_it) {
  arena work;
  void* const first = work.allocate(100 * kib);
  void* const second = work.allocate(100 * kib);
  const arena::position mark = work.checkpoint();
  (void)opaque(work.allocate(100 * kib));
  work.deallocate(second, 100 * kib);
  work.rewind(mark);
  EXPECT_EQ(work.statistics().large_blocks, 1u);
  EXPECT_TRUE(work.owns(first));
}

TEST(arena_checkpoint, own_growth_allows_inner_scopes_that_rewind) {
  arena work;
  arena_checkpoint mine(work, arena_growth::own);
  (void)opaque(mine.allocate(100));
  {
    arena_checkpoint inner(work);
    (void)opaque(work.allocate(100));
  }
  EXPECT_NE(mine.try_allocate(100), nullptr);
  mine.rewind();
  EXPECT_EQ(work.allocated(), 0u);
}

// -- Mistakes ---------------------------------------------------------------------

TEST(arena_checkpoint_death, an_inner_one_that_outlives_its_outer_one) {
  arena work({.name = "work"});
  const arena::position outer = work.checkpoint();
  const arena::position inner = work.checkpoint();
  work.rewind(outer);
  EXPECT_DEATH(work.rewind(inner), "ended checkpoint: .*depth 2 of the arena 'work'.* 1 open");
  const arena::position next = work.checkpoint();  // at the depth of the one that ended
  EXPECT_DEATH(work.rewind(inner), "ended checkpoint");
  work.rewind(next);
}

TEST(arena_checkpoint_death, one_that_a_reset_ended) {
  arena work;
  const arena::position mark = work.checkpoint();
  work.reset();
  EXPECT_DEATH(work.rewind(mark), "ended checkpoint");
  EXPECT_DEATH(work.forget(mark), "ended checkpoint");
  EXPECT_DEATH(
      {
        arena_checkpoint scope(work);
        work.reset();
      },
      "ended checkpoint");
}

TEST(arena_checkpoint_death, one_of_another_arena) {
  arena work({.name = "work"});
  arena other;
  const arena::position mark = other.checkpoint();
  EXPECT_DEATH(work.rewind(mark), "foreign checkpoint: the arena 'work' at 0x");
}

TEST(arena_checkpoint_death, growth_by_somebody_else) {
  arena work({.name = "work"});
  const auto grow_and = [&](auto then) {
    arena_checkpoint mine(work, arena_growth::own);
    (void)opaque(mine.allocate(16));
    (void)opaque(work.allocate(100));
    then(mine);
  };
  EXPECT_DEATH(grow_and([](auto&) {}), "foreign growth: the arena 'work' has 128 bytes .* left 16");
  EXPECT_DEATH(grow_and([](auto& mine) { (void)opaque(mine.allocate(1)); }), "foreign growth");
  EXPECT_DEATH(grow_and([](auto& mine) { mine.rewind(); }), "foreign growth");
}

}  // namespace
}  // namespace strata::test
