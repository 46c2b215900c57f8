// Compacting arenas: keys, sliding, pins, bounded steps, refusals.
#include <strata/object/compacting_arena.hpp>

#include <gtest/gtest.h>

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <new>
#include <stdexcept>
#include <utility>
#include <vector>

#include "unit/pool/failing_upstream.hpp"

namespace strata {
namespace {

struct words {
  std::uint64_t of[6] = {};
};

constexpr std::size_t block_bytes = sizeof(words) + 16;

std::vector<key<words>> fill(compacting_arena& arena, std::size_t count) {
  std::vector<key<words>> made;
  for (std::size_t i = 0; i < count; ++i) made.push_back(arena.make<words>(words{{i}}));
  return made;
}

// Every other one from the second on.
void thin_out(compacting_arena& arena, std::vector<key<words>>& keys) {
  std::vector<key<words>> kept;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (i % 2 == 0) {
      kept.push_back(keys[i]);
    } else {
      ASSERT_TRUE(arena.erase(keys[i]));
    }
  }
  keys = kept;
}

TEST(compacting_arena, a_key_leads_to_its_object_until_it_is_erased) {
  compacting_arena arena;
  const key<int> seven = arena.make<int>(7);
  const key<int> eight = arena.make<int>(8);
  EXPECT_EQ(arena.at(seven), 7);
  EXPECT_EQ(arena.size(), 2u);
  EXPECT_TRUE(arena.erase(seven));
  EXPECT_FALSE(arena.erase(seven));
  EXPECT_EQ(arena.find(seven), nullptr);
  EXPECT_EQ(arena.find(key<int>{}), nullptr);
  const key<int> nine = arena.make<int>(9);
  EXPECT_EQ(arena.find(seven), nullptr);
  EXPECT_EQ(arena.at(nine) + arena.at(eight), 17);
  EXPECT_TRUE(arena.verify());
}

TEST(compacting_arena, objects_slide_together_and_chunks_go_back) {
  compacting_arena arena({.chunk_bytes = 4096});
  auto keys = fill(arena, 1000);
  thin_out(arena, keys);
  EXPECT_TRUE(arena.compact().finished);
  EXPECT_TRUE(arena.verify());
  const auto figures = arena.statistics();
  EXPECT_EQ(figures.now.used, 500 * block_bytes);
  EXPECT_EQ(figures.before.used, figures.after.used);
  EXPECT_GT(figures.before.fragmentation(), 0.49);
  // What does not fit into the tail of a chunk, and the rest of the last chunk.
  EXPECT_LE(figures.after.free, (figures.after.reserved / 4096) * block_bytes + 4096);
  EXPECT_EQ(figures.before.reserved - figures.after.reserved, figures.returned_chunks * 4096);
  for (std::size_t i = 0; i < keys.size(); ++i) ASSERT_EQ(arena.at(keys[i]).of[0], 2 * i);
  for (std::size_t i = 1; i < keys.size(); ++i) {
    const auto* const here = reinterpret_cast<std::byte*>(arena.find(keys[i]));
    const auto* const before = reinterpret_cast<std::byte*>(arena.find(keys[i - 1]));
    const auto away = static_cast<std::size_t>(here - before);
    if (here > before && away < 4096 - block_bytes) {
      ASSERT_EQ(away, block_bytes) << "a hole";
    }
  }
}

TEST(compacting_arena, a_pass_over_what_is_compact_moves_nothing) {
  compacting_arena arena({.chunk_bytes = 4096});
  auto keys = fill(arena, 300);
  thin_out(arena, keys);
  arena.compact();
  EXPECT_EQ(arena.compact().moved_bytes, 0u);
  for (const auto& each : keys) arena.erase(each);
  arena.compact();
  EXPECT_EQ(arena.statistics().now.reserved, 0u);
  EXPECT_TRUE(arena.compact().finished);
}

TEST(compacting_arena, steps_are_bounded_whatever_there_is_to_skip) {
  constexpr std::size_t chunk = std::size_t{64} << 10;
  compacting_arena arena({.chunk_bytes = chunk});
  auto keys = fill(arena, 20'000);
  thin_out(arena, keys);
  // Holes too small for all that follows, with pins between them.
  std::vector<pinned<words>> pins;
  for (std::size_t i = 0; i < keys.size() / 2; ++i) pins.push_back(arena.pin(keys[i]));
  for (int i = 0; i < 300; ++i) static_cast<void>(arena.allocate(chunk / 10));

  constexpr std::size_t work = 1024;
  std::size_t steps = 0;
  for (bool finished = false; !finished; ++steps) {
    const compaction_progress did = arena.compact_step(work);
    ASSERT_LT(did.work, work + 4096 + chunk / 8);
    finished = did.finished;
  }
  EXPECT_GT(steps, 1000u);
  EXPECT_LT(arena.statistics().largest_step, work + 4096 + chunk / 8);
  EXPECT_GT(arena.statistics().longest_step.count(), 0);
  EXPECT_TRUE(arena.verify());
  for (std::size_t i = 0; i < keys.size(); ++i) ASSERT_EQ(arena.at(keys[i]).of[0], 2 * i);
}

TEST(compacting_arena, what_is_pinned_stays_and_what_follows_passes_it) {
  compacting_arena arena({.chunk_bytes = 4096});
  auto keys = fill(arena, 200);
  thin_out(arena, keys);
  pinned<words> guard = arena.pin(keys[50]);
  pinned<words> second = arena.pin(keys[50]);
  const words* const place = guard.get();
  arena.compact();
  EXPECT_EQ(arena.find(keys[50]), place);
  EXPECT_EQ(guard->of[0], 100u);
  const std::size_t chunks = arena.statistics().now.reserved / 4096;
  EXPECT_EQ(arena.statistics().pinned, 2u);
  guard.reset();
  arena.compact();
  EXPECT_EQ(arena.find(keys[50]), place) << "the second pin holds it";
  pinned<words> moved = std::move(second);
  moved.reset();
  arena.compact();
  EXPECT_NE(arena.find(keys[50]), place);
  EXPECT_EQ(arena.at(keys[50]).of[0], 100u);
  EXPECT_LE(arena.statistics().now.reserved / 4096, chunks);
}

TEST(compacting_arena, memory_between_pins_serves_new_objects) {
  compacting_arena arena({.chunk_bytes = 4096});
  auto keys = fill(arena, 60);  // one chunk, nearly full
  std::vector<pinned<words>> pins;
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (i % 4 == 0) {
      pins.push_back(arena.pin(keys[i]));
    } else {
      arena.erase(keys[i]);
    }
  }
  arena.compact();
  for (int i = 0; i < 45; ++i) static_cast<void>(arena.make<words>());
  EXPECT_EQ(arena.statistics().now.reserved, 4096u);
  EXPECT_TRUE(arena.verify());
}

TEST(compacting_arena, large_objects_have_memory_of_their_own_and_never_move) {
  compacting_arena arena({.chunk_bytes = 4096});
  const key<void> large = arena.allocate(100'000);
  void* const place = arena.find(large);
  std::memset(place, 1, 100'000);
  EXPECT_EQ(arena.statistics().large_objects, 1u);
  EXPECT_GE(arena.statistics().large_bytes, 100'000u);
  arena.compact();
  EXPECT_EQ(arena.find(large), place);
  EXPECT_GE(arena.bytes(large), 100'000u);
  EXPECT_TRUE(arena.erase(large));
  EXPECT_EQ(arena.statistics().large_bytes, 0u);
}

struct alignas(64) line {
  explicit line(int n) : number(n) {}
  int number;
};

TEST(compacting_arena, the_memory_of_the_newest_object_serves_again_at_once) {
  compacting_arena arena({.chunk_bytes = 4096});
  const key<words> first = arena.make<words>();
  for (int i = 0; i < 1000; ++i) {
    const key<words> one = arena.make<words>();
    const key<words> two = arena.make<words>();
    arena.erase(two);
    arena.erase(one);
  }
  EXPECT_EQ(arena.statistics().now.reserved, 4096u);
  EXPECT_TRUE(arena.contains(first));
  EXPECT_TRUE(arena.verify());
}

TEST(compacting_arena, alignment_survives_every_move) {
  compacting_arena arena({.chunk_bytes = 4096});
  std::vector<std::pair<key<line>, int>> lines;
  for (int i = 0; i < 500; ++i) {
    const key<void> small = arena.allocate(static_cast<std::size_t>(i % 40));
    lines.emplace_back(arena.make<line>(i), i);
    if (i % 3 == 0) arena.erase(small);
    if (i % 5 == 0) {
      arena.erase(lines.back().first);
      lines.pop_back();
    }
  }
  arena.compact();
  EXPECT_GT(arena.statistics().moved_objects, 100u);
  for (const auto& [each, number] : lines) {
    ASSERT_EQ(reinterpret_cast<std::uintptr_t>(arena.find(each)) % 64, 0u);
    ASSERT_EQ(arena.at(each).number, number);
  }
  EXPECT_TRUE(arena.verify());
}

// Knows its own address, so copying its bytes would not do.
class watchful {
 public:
  explicit watchful(int& alive) : alive_(&alive) { ++*alive_; }
  watchful(watchful&& other) noexcept : alive_(other.alive_) {
    EXPECT_EQ(other.self_, &other);
    ++*alive_;
  }
  watchful& operator=(watchful&&) = delete;
  ~watchful() {
    EXPECT_EQ(self_, this);
    --*alive_;
  }
  [[nodiscard]] bool at_home() const { return self_ == this; }

 private:
  watchful* self_ = this;
  int* alive_;
  std::byte ballast_[200] = {};
};

TEST(compacting_arena, what_its_type_moves_moves_also_over_itself) {
  int alive = 0;
  {
    compacting_arena arena({.chunk_bytes = 4096});
    std::vector<key<watchful>> kept;
    for (int i = 0; i < 100; ++i) {
      const key<void> small = arena.allocate(16);  // so that it slides by less than its size
      kept.push_back(arena.make<watchful>(alive));
      arena.erase(small);
    }
    arena.compact();
    EXPECT_GT(arena.statistics().moved_objects, 90u);
    EXPECT_EQ(alive, 100);
    for (const auto& each : kept) ASSERT_TRUE(arena.at(each).at_home());
    arena.erase(kept[0]);
    EXPECT_EQ(alive, 99);
  }
  EXPECT_EQ(alive, 0);
}

TEST(compacting_arena, a_pass_ends_however_much_is_made_meanwhile) {
  compacting_arena arena({.chunk_bytes = 4096});
  auto keys = fill(arena, 500);
  thin_out(arena, keys);
  std::size_t steps = 0;
  while (!arena.compact_step(64).finished) {
    for (int i = 0; i < 3; ++i) keys.push_back(arena.make<words>());
    ASSERT_LT(++steps, 2000u);
  }
  EXPECT_TRUE(arena.verify());
}

struct thrower {
  thrower() { throw std::runtime_error("no"); }
};

// Makes another one, and a whole pass, while it is being made itself.
struct nesting {
  nesting(compacting_arena& arena, int depth) : below(depth) {
    if (depth > 0) inner = arena.make<nesting>(arena, depth - 1);
    arena.compact();
  }
  key<nesting> inner;
  int below;
};

TEST(compacting_arena, constructors_may_throw_and_may_use_the_arena) {
  compacting_arena arena;
  EXPECT_THROW(static_cast<void>(arena.make<thrower>()), std::runtime_error);
  EXPECT_EQ(arena.statistics().now.used, 0u);
  const key<nesting> outer = arena.make<nesting>(arena, 5);
  EXPECT_EQ(arena.size(), 6u);
  EXPECT_EQ(arena.at(arena.at(outer).inner).below, 4);
  EXPECT_TRUE(arena.verify());
}

// Returns: how many requests were refused: 0 when there were fewer than n.
std::size_t refusals_at(std::size_t n) {
  test::failing_upstream memory;
  std::size_t refused = 0;
  int alive = 0;
  {
    compacting_arena arena({.upstream = &memory, .chunk_bytes = 4096});
    memory.fail_at(n);
    std::size_t made = 0;
    for (int i = 0; i < 300; ++i) {
      const bool done = i % 50 == 0 ? static_cast<bool>(arena.try_allocate(5000))
                                    : static_cast<bool>(arena.try_make<watchful>(alive));
      ++(done ? made : refused);
      EXPECT_EQ(arena.size(), made);
    }
    EXPECT_TRUE(arena.verify());
    arena.compact();
    memory.fail_at(1);
    EXPECT_THROW(static_cast<void>(arena.allocate(5000)), out_of_memory);
  }
  EXPECT_EQ(alive, 0);
  EXPECT_EQ(memory.live_blocks(), 0u);
  return refused;
}

TEST(compacting_arena, the_nth_refusal_of_the_upstream_changes_nothing) {
  std::size_t n = 1;
  while (refusals_at(n) == 1) ++n;
  EXPECT_GT(n, 20u);
}

// Where the search for room has come to the hole that new objects are cut from anyway.
TEST(compacting_arena, a_refusal_makes_no_two_of_one_hole) {
  test::failing_upstream memory;
  compacting_arena arena({.upstream = &memory, .chunk_bytes = 4096});
  std::vector<key<void>> keys;
  for (int i = 0; i < 7; ++i) keys.push_back(arena.allocate(512));
  arena.compact();
  for (int i = 0; i < 7; ++i) keys.push_back(arena.allocate(512));  // the second chunk
  for (int refusals = 0; refusals < 4; ++refusals) {
    memory.fail_at(1);
    EXPECT_FALSE(arena.try_allocate(512));
  }
  memory.fail_at(0);
  for (int i = 0; i < 4; ++i) keys.push_back(arena.allocate(100));
  keys.push_back(arena.allocate(300));
  EXPECT_TRUE(arena.verify());
  for (const key<void> each : keys) std::memset(arena.find(each), 1, arena.bytes(each));
  EXPECT_TRUE(arena.verify());
}

TEST(compacting_arena, charges_its_account_and_names_it) {
  compacting_arena arena({.name = "documents", .limit = 1 << 20});
  static_cast<void>(arena.make<words>());
  EXPECT_GE(arena.account()->usage(), std::size_t{256} << 10);
  EXPECT_FALSE(arena.try_allocate(2 << 20));
  EXPECT_FALSE(arena.try_allocate(SIZE_MAX - 8));
  try {
    static_cast<void>(arena.allocate(2 << 20));
    ADD_FAILURE();
  } catch (const out_of_memory& refused) {
    EXPECT_EQ(refused.account_name(), "documents");
  }
}

TEST(compacting_arena_death, names_the_mistake) {
  compacting_arena arena({.name = "documents"});
  const key<int> gone = arena.make<int>(1);
  arena.erase(gone);
  EXPECT_DEATH(static_cast<void>(arena.at(gone)), "stale key");
  EXPECT_DEATH(static_cast<void>(arena.pin(gone)), "stale key");
  const key<int> held = arena.make<int>(1);
  const auto guard = arena.pin(held);
  EXPECT_DEATH(arena.erase(held), "pinned object erased.*documents.*1 pins");
  EXPECT_DEATH(arena.clear(), "pins outlive their arena");
  static constexpr relocation wide = {.alignment = 128};
  EXPECT_DEATH(static_cast<void>(arena.allocate(1, wide)), "bad relocation.*128");
}

}  // namespace
}  // namespace strata
