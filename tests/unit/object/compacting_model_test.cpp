// Random work on a compacting arena against a model that remembers every key ever made
// and what each object holds. Objects are of all sizes and alignments, some with a move
// function, some pinned, some large; steps come in between, small and large.
#include <strata/object/compacting_arena.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <random>
#include <utility>
#include <vector>

#include "support/sanitized.hpp"
#include "unit/pool/failing_upstream.hpp"

namespace strata {
namespace {

// Bytes with a move function of their own, which leaves garbage behind: an object that
// were copied after it, or before, would show it.
void move_and_spoil(void* to, void* from, std::size_t bytes) noexcept {
  std::memcpy(to, from, bytes);
  std::memset(from, 0xdd, bytes);
}
constexpr relocation kinds[] = {
    relocation_of_bytes<16>,
    relocation_of_bytes<64>,
    {.alignment = 1, .move = move_and_spoil},
    {.alignment = 32, .move = move_and_spoil},
};

class arena_model {
 public:
  explicit arena_model(unsigned seed) : random_(seed) {}

  void run(std::size_t steps) {
    for (std::size_t i = 0; i < steps && !testing::Test::HasFatalFailure(); ++i) {
      step();
      if (i % 256 == 0) check();
    }
    pins_.clear();
    arena_.compact();
    check();
  }

  [[nodiscard]] compacting_arena_statistics figures() const { return arena_.statistics(); }

 private:
  struct object {
    key<void> id;
    std::size_t bytes;
    unsigned char shadow;
    std::size_t alignment;
    int pins;
  };
  struct held {
    pinned<void> guard;
    key<void> id;
    void* place;
  };

  std::size_t any(std::size_t below) { return random_() % below; }

  // Waves, so that the arena fills up and becomes full of holes in turn.
  void step() {
    const bool grows = ticks_++ % 4000 < 2000;
    const std::size_t choice = any(100);
    if (choice < (grows ? 55u : 25u)) return make();
    if (choice < 80) return erase();
    if (choice < 84) return pin();
    if (choice < 90) return unpin();
    if (choice < 99) return void(arena_.compact_step(any(4) == 0 ? any(20'000) : any(300)));
    if (any(50) == 0) arena_.compact();
  }

  void make() {
    const relocation& kind = kinds[any(std::size(kinds))];
    const std::size_t bytes = any(40) == 0 ? any(3000) : any(200);
    if (any(200) == 0) memory_.fail_at(1);
    const key<void> made = arena_.try_allocate(bytes, kind);
    memory_.fail_at(0);
    if (!made) return;
    const auto shadow = static_cast<unsigned char>(any(256));
    std::memset(arena_.find(made), shadow, bytes);
    live_.push_back({made, bytes, shadow, kind.alignment, 0});
  }

  void erase() {
    if (live_.empty()) return;
    object& gone = live_[any(live_.size())];
    if (gone.pins != 0) return;
    ASSERT_TRUE(arena_.erase(gone.id));
    stale_.push_back(gone.id);
    std::swap(gone, live_.back());
    live_.pop_back();
  }

  void pin() {
    if (live_.empty() || pins_.size() >= 20) return;
    object& chosen = live_[any(live_.size())];
    ++chosen.pins;
    pinned<void> guard = arena_.pin(chosen.id);
    void* const place = guard.get();
    pins_.push_back({std::move(guard), chosen.id, place});
  }

  void unpin() {
    if (pins_.empty()) return;
    held& gone = pins_[any(pins_.size())];
    ASSERT_EQ(arena_.find(gone.id), gone.place);
    const auto of = std::find_if(live_.begin(), live_.end(),
                                 [&](const object& each) { return each.id == gone.id; });
    --of->pins;
    std::swap(gone, pins_.back());
    pins_.pop_back();
  }

  void check() {
    ASSERT_TRUE(arena_.verify());
    ASSERT_EQ(arena_.size(), live_.size());
    for (const object& each : live_) check(each);
    for (const held& each : pins_) ASSERT_EQ(arena_.find(each.id), each.place);
    const std::size_t first = stale_.size() > 500 ? stale_.size() - 500 : 0;
    for (std::size_t i = first; i < stale_.size(); ++i) ASSERT_FALSE(arena_.contains(stale_[i]));
  }

  void check(const object& each) {
    const auto* const bytes = static_cast<const unsigned char*>(arena_.find(each.id));
    ASSERT_NE(bytes, nullptr);
    ASSERT_EQ(reinterpret_cast<std::uintptr_t>(bytes) % each.alignment, 0u);
    ASSERT_GE(arena_.bytes(each.id), each.bytes);
    for (std::size_t i = 0; i < each.bytes; ++i) ASSERT_EQ(bytes[i], each.shadow);
  }

  std::mt19937 random_;
  test::failing_upstream memory_;
  compacting_arena arena_{{.upstream = &memory_, .chunk_bytes = 8192}};
  std::vector<object> live_;
  std::vector<key<void>> stale_;
  std::vector<held> pins_;
  std::size_t ticks_ = 0;
};

TEST(compacting_model, random_work_agrees_with_the_model) {
  for (unsigned seed = 1; seed <= 4; ++seed) {
    arena_model model(seed);
    model.run(test::scaled(100'000));
    EXPECT_GT(model.figures().moved_objects, 100u);
    EXPECT_GT(model.figures().passes, 1u);
  }
}

}  // namespace
}  // namespace strata
