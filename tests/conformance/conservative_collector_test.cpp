// The range callbacks of arenas, for Boehm's collector: what is only referred to from
// an arena lives because of them, and dies without. And what the collector is no longer
// told of is not looked at any more.
#include <strata/arena/arena.hpp>

#include <gc.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <vector>

namespace strata {
namespace {

constexpr std::size_t objects = 2000;

// Objects of the collector, and links to them that become 0 when they are collected:
// hidden, and where the collector does not look.
class watched {
 public:
  watched() : links_(objects) {}
  ~watched() {
    for (GC_word& link : links_) GC_unregister_disappearing_link(place_of(link));
  }
  watched(const watched&) = delete;
  watched& operator=(const watched&) = delete;

  // The only pointers to them stand in blocks of the arena, over many chunks.
  [[gnu::noinline]] void fill(arena& from) {
    for (GC_word& link : links_) {
      void* const object = GC_malloc_atomic(64);
      *from.make<void*>() = object;
      link = GC_HIDE_POINTER(object);
      ASSERT_EQ(GC_general_register_disappearing_link(place_of(link), object), 0);
    }
  }

  [[nodiscard]] std::size_t survivors() const;

 private:
  static void** place_of(GC_word& link) { return reinterpret_cast<void**>(&link); }

  std::vector<GC_word> links_;
};

// Overwrites what the stack still holds of the pointers.
[[gnu::noinline]] void clear_stack() {
  volatile std::byte below[16384];
  for (volatile std::byte& each : below) each = std::byte{0};
}

std::size_t watched::survivors() const {
  for (int i = 0; i < 3; ++i) {
    clear_stack();
    GC_gcollect();
  }
  return objects - static_cast<std::size_t>(std::count(links_.begin(), links_.end(), GC_word{0}));
}

void add(void*, void* begin, std::size_t bytes) noexcept {
  GC_add_roots(begin, static_cast<std::byte*>(begin) + bytes);
}
void remove(void*, void* begin, std::size_t bytes) noexcept {
  GC_remove_roots(begin, static_cast<std::byte*>(begin) + bytes);
}

class conservative_collector : public testing::Test {
 protected:
  static void SetUpTestSuite() { GC_INIT(); }
};

TEST_F(conservative_collector, sees_what_arenas_hold_by_their_callbacks) {
  watched known;
  arena told(
      {.chunk_bytes = 4096, .chunk_bytes_max = 4096, .range_added = add, .range_removed = remove});
  known.fill(told);
  ASSERT_GT(told.statistics().chunks, 4u);
  EXPECT_EQ(known.survivors(), objects);
  told.reset(arena_keep::none());
  EXPECT_LT(known.survivors(), objects / 20) << "the ranges are gone";
}

TEST_F(conservative_collector, does_not_see_arenas_that_do_not_tell) {
  watched known;
  arena silent;
  known.fill(silent);
  EXPECT_LT(known.survivors(), objects / 20);
}

}  // namespace
}  // namespace strata
