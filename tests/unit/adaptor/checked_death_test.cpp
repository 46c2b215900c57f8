// Without a handler, each mistake ends the program with one named diagnosis.
#include <strata/adaptor/checked.hpp>

#include <gtest/gtest.h>

#include <strata/heap/heap.hpp>

#include "support/unsanitized.hpp"

namespace strata {
namespace {

using test::overwrite;

class checked_death : public testing::Test {
 protected:
  [[nodiscard]] std::byte* make(std::size_t bytes) {
    return static_cast<std::byte*>(resource_.allocate(bytes));
  }

  checked resource_{{.name = "mortal", .track_allocations = false}};
};

TEST_F(checked_death, of_a_double_free) {
  std::byte* const block = make(24);
  resource_.deallocate(block, 24);
  EXPECT_DEATH(resource_.deallocate(block, 24),
               "strata: fatal: double free: the block at 0x.*24 bytes, #1 of 'mortal'.*already");
}

TEST_F(checked_death, of_a_foreign_pointer) {
  int local = 0;
  EXPECT_DEATH(resource_.deallocate(&local, sizeof local),
               "strata: fatal: foreign pointer: the pointer 0x.* is no block of 'mortal'");
}

TEST_F(checked_death, of_a_wrong_size) {
  std::byte* const block = make(24);
  EXPECT_DEATH(resource_.deallocate(block, 25), "strata: fatal: size mismatch: .* size of 25");
  resource_.deallocate(block, 24);
}

TEST_F(checked_death, of_a_wrong_alignment) {
  std::byte* const block = make(24);
  EXPECT_DEATH(resource_.deallocate(block, 24, 8),
               "strata: fatal: alignment mismatch: .* alignment of 16 and deallocated with 8");
  resource_.deallocate(block, 24);
}

TEST_F(checked_death, of_an_alignment_that_is_none) {
  EXPECT_DEATH(static_cast<void>(resource_.try_allocate(8, 24)),
               "strata: fatal: bad alignment: 'mortal' was asked for an alignment of 24");
}

TEST_F(checked_death, of_an_overflow) {
  std::byte* const block = make(24);
  const auto spoil = [&] {
    overwrite(block + 25);
    resource_.deallocate(block, 24);
  };
  EXPECT_DEATH(spoil(), "strata: fatal: overflow: .*overwritten at byte 25, past its end");
  resource_.deallocate(block, 24);
}

TEST_F(checked_death, of_an_underflow) {
  std::byte* const block = make(24);
  const auto spoil = [&] {
    overwrite(block - 3);
    resource_.validate();
  };
  EXPECT_DEATH(spoil(), "strata: fatal: underflow: .*overwritten 3 bytes before its start");
  resource_.deallocate(block, 24);
}

TEST_F(checked_death, of_a_use_after_free) {
  std::byte* const block = make(24);
  resource_.deallocate(block, 24);
  const auto spoil = [&] {
    overwrite(block + 4);
    resource_.empty_quarantine();
  };
  EXPECT_DEATH(spoil(), "strata: fatal: use after free: .*at byte 4 after it was freed");
}

TEST(checked_death_with_calls, names_who_found_freed_and_allocated) {
  checked resource;
  void* const block = resource.allocate(24);
  resource.deallocate(block, 24);
  EXPECT_DEATH(resource.deallocate(block, 24),
               "double free(.|\n)*found in:\n    #0 (.|\n)*freed in:\n(.|\n)*allocated in:\n");
}

TEST(checked_death_at_the_end, of_what_was_written_after_free) {
  const auto live_and_die = [] {
    checked resource;
    void* const block = resource.allocate(24);
    resource.deallocate(block, 24);
    overwrite(block);
  };
  EXPECT_DEATH(live_and_die(), "strata: fatal: use after free");
}

}  // namespace
}  // namespace strata
