#include "heap/slab.hpp"

#include <gtest/gtest.h>

#include <memory>
#include <set>

namespace strata::core {
namespace {

constexpr std::uintptr_t my_token = 0x7f12'3456'7000;
constexpr std::uintptr_t token_step = 16 * base::kib;  // the least between two threads

class slab_test : public testing::Test {
 protected:
  // A slab of which the first `extended` blocks were handed out.
  void format(std::size_t index, std::size_t extended = 0) {
    format_slab(record_, static_cast<class_index>(index), nullptr, true);
    record_.extended = static_cast<std::uint16_t>(extended);
    open_fast_path(record_, start_address(), my_token);
  }

  [[nodiscard]] std::byte* start() const { return memory_.get(); }
  [[nodiscard]] std::uintptr_t start_address() const {
    return reinterpret_cast<std::uintptr_t>(start());
  }
  [[nodiscard]] bool is_own(std::uintptr_t address, std::uintptr_t token = my_token) const {
    return is_own_block(record_, reinterpret_cast<const void*>(address), token);
  }

  struct free_aligned {
    void operator()(std::byte* memory) const { std::free(memory); }
  };

  std::unique_ptr<std::byte, free_aligned> memory_{
      static_cast<std::byte*>(std::aligned_alloc(granule_bytes, medium_granules* granule_bytes))};
  slab record_{};
};

TEST_F(slab_test, one_comparison_accepts_exactly_the_starts_of_the_owners_blocks) {
  for (std::size_t index = 1; index < class_count && is_small(index); ++index) {
    format(index, blocks_per_slab(index));
    const std::size_t size = class_size(index);
    for (std::size_t offset = 0; offset < granule_bytes; ++offset) {
      const bool block = offset % size == 0 && offset / size < blocks_per_slab(index);
      ASSERT_EQ(is_own(start_address() + offset), block) << size << " at " << offset;
    }
  }
}

TEST_F(slab_test, a_block_that_was_never_handed_out_is_not_accepted) {
  for (std::size_t index = 1; index < class_count && is_small(index); ++index) {
    const std::size_t extended = blocks_per_slab(index) / 2;
    format(index, extended);
    for (std::size_t i = 0; i < blocks_per_slab(index); ++i) {
      ASSERT_EQ(is_own(start_address() + i * class_size(index)), i < extended) << i;
    }
  }
}

TEST_F(slab_test, no_pointer_outside_the_slab_is_accepted) {
  for (std::size_t index = 1; index < class_count && is_small(index); ++index) {
    format(index, blocks_per_slab(index));
    for (std::uintptr_t distance = 1; distance <= 2 * granule_bytes; ++distance) {
      ASSERT_FALSE(is_own(start_address() - distance)) << class_size(index);
      ASSERT_FALSE(is_own(start_address() + granule_bytes + distance - 1)) << class_size(index);
    }
    for (int shift = 17; shift < 47; ++shift) {
      const std::uintptr_t far = std::uintptr_t{1} << shift;
      ASSERT_FALSE(is_own(start_address() + far));
      ASSERT_FALSE(is_own(start_address() - far));
    }
    ASSERT_FALSE(is_own(0));
  }
}

TEST_F(slab_test, no_other_token_is_accepted) {
  for (std::size_t index = 1; index < class_count && is_small(index); ++index) {
    format(index, blocks_per_slab(index));
    for (std::size_t offset = 0; offset < granule_bytes; offset += 16) {
      for (const std::uintptr_t far : {token_step, 2 * token_step, std::uintptr_t{1} << 40}) {
        ASSERT_FALSE(is_own(start_address() + offset, my_token + far));
        ASSERT_FALSE(is_own(start_address() + offset, my_token - far));
      }
      ASSERT_FALSE(is_own(start_address() + offset, token_orphan));
      ASSERT_FALSE(is_own(start_address() + offset, token_ghost));
    }
  }
}

TEST_F(slab_test, closed_and_medium_slabs_accept_nothing) {
  format(1);
  close_fast_path(record_);
  for (std::size_t offset = 0; offset < granule_bytes; offset += 16) {
    ASSERT_FALSE(is_own(start_address() + offset));
  }
  format(class_of(medium_max));
  EXPECT_FALSE(is_own(start_address()));
}

TEST_F(slab_test, extends_from_the_start_on_in_address_order) {
  format(class_of(48));
  block* const first = extend(record_, start(), 3);
  EXPECT_EQ(reinterpret_cast<std::byte*>(first), start());
  EXPECT_EQ(reinterpret_cast<std::byte*>(first->next), start() + 48);
  EXPECT_EQ(reinterpret_cast<std::byte*>(first->next->next), start() + 96);
  EXPECT_EQ(first->next->next->next, nullptr);
  EXPECT_EQ(first->key, &record_);
  EXPECT_EQ(record_.extended, 3u);
  EXPECT_EQ(record_.used, 3u);
  EXPECT_EQ(touched_bytes(record_), 144u);
  EXPECT_TRUE(slab_invariant(record_, start()));
  block* const more = extend(record_, start(), 1);
  EXPECT_EQ(reinterpret_cast<std::byte*>(more), start() + 144);
}

TEST_F(slab_test, every_class_hands_out_all_its_blocks_once) {
  for (std::size_t index = 1; index < class_count; ++index) {
    format(index);
    EXPECT_FALSE(is_exhausted(record_));
    std::set<block*> seen;
    for (block* at = extend(record_, start(), blocks_per_slab(index)); at != nullptr;
         at = at->next) {
      EXPECT_TRUE(seen.insert(at).second);
    }
    EXPECT_EQ(seen.size(), blocks_per_slab(index));
    EXPECT_TRUE(is_exhausted(record_));
    EXPECT_TRUE(slab_invariant(record_, start()));
  }
}

TEST_F(slab_test, what_comes_back_is_taken_again) {
  format(class_of(64));
  block* const first = extend(record_, start(), 2);
  block* const second = first->next;
  push_free(record_, first);
  --record_.used;
  push_free(record_, second);
  --record_.used;
  EXPECT_TRUE(slab_invariant(record_, start()));
  EXPECT_EQ(first->key, &record_);
  EXPECT_EQ(take_free(record_), second);
  EXPECT_EQ(second->next, first);
  EXPECT_EQ(record_.used, 2u);
  EXPECT_TRUE(slab_invariant(record_, start()));
}

TEST_F(slab_test, the_invariant_sees_what_is_wrong) {
  format(class_of(64));
  block* const first = extend(record_, start(), 4);
  push_free(record_, first);
  EXPECT_FALSE(slab_invariant(record_, start())) << "free and used";
  --record_.used;
  EXPECT_TRUE(slab_invariant(record_, start()));
  first->next = reinterpret_cast<block*>(start() + 8);
  EXPECT_FALSE(slab_invariant(record_, start())) << "no block starts there";
  first->next = reinterpret_cast<block*>(start() + std::size_t{64} * 4);
  EXPECT_FALSE(slab_invariant(record_, start())) << "never handed out";
  first->next = first;
  EXPECT_FALSE(slab_invariant(record_, start())) << "a cycle";
}

}  // namespace
}  // namespace strata::core
