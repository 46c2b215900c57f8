// deallocate_exact: the size that was asked for, or one that gets the same block.
#include <cstddef>

#include "support/fake_process.hpp"

namespace strata::core {
namespace {

using exact_size_test = test::process_fixture;
using exact_size_death_test = exact_size_test;

TEST_F(exact_size_test, the_size_that_was_asked_for_is_accepted_for_every_size) {
  for (std::size_t size = 0; size <= 10'000; ++size) {
    process_->deallocate_exact(allocate(size), size);
  }
  for (const std::size_t size : {65'536u, 262'143u, 262'144u, 262'145u, 1'000'000u, 1u << 20}) {
    process_->deallocate_exact(allocate(size), size);
  }
  process_->deallocate_exact(nullptr, 7);
  process_->purge();
  EXPECT_EQ(root().usage(), 0u);
}

TEST_F(exact_size_test, is_accepted_from_another_thread) {
  void* const small = allocate(100);
  void* const large = allocate(1'000'000);
  test::stepping_thread other;
  other.run([&] {
    process_->deallocate_exact(small, 100);
    process_->deallocate_exact(large, 1'000'000);
  });
  other.end();
  process_->purge();
  EXPECT_EQ(root().usage(), 0u);
}

TEST_F(exact_size_death_test, sizes_of_the_classes_beside_are_mistakes) {
  for (std::size_t index = 2; index + 1 < class_count; ++index) {
    void* const block = allocate(class_size(index));
    process_->deallocate_exact(block, class_size(index - 1) + 1);
  }
  for (const std::size_t index : {1u, 5u, 16u, 17u, 40u, 90u}) {
    const std::size_t size = class_size(index);
    void* const block = allocate(size);
    EXPECT_DEATH(process_->deallocate_exact(block, size + 1), "sized free") << size;
    if (index > 1) {
      EXPECT_DEATH(process_->deallocate_exact(block, class_size(index - 1)), "sized free") << size;
    }
    deallocate(block);
  }
}

TEST_F(exact_size_death_test, another_number_of_pages_is_a_mistake_for_a_large_block) {
  void* const block = allocate(1'000'000);
  const std::size_t usable = process_->usable_size(block);
  EXPECT_DEATH(process_->deallocate_exact(block, usable + 1), "sized free");
  EXPECT_DEATH(process_->deallocate_exact(block, usable - os::page_size()), "sized free");
  process_->deallocate_exact(block, usable);
}

}  // namespace
}  // namespace strata::core
