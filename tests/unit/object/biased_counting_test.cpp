// How the owner's count and that of the other threads become one, step by step: what
// other threads would do is done to the header by hand where a moment in between counts.
#include <strata/object/counting.hpp>

#include <strata/object/object_heap.hpp>

#include <gtest/gtest.h>

#include <thread>

namespace strata {
namespace {

struct item {
  static inline int alive = 0;
  item() noexcept { ++alive; }
  ~item() { --alive; }
};

using item_ref = ref<item, biased_counting>;

class biased_counting_test : public testing::Test {
 protected:
  biased_counting_test() { item::alive = 1; }

  template <class Work>
  static void elsewhere(Work&& work) {
    std::thread(work).join();
  }

  object_heap<biased_counting> heap_;
  item_ref one_ = heap_.make<item>();
  object_header& header_ = header_of(one_.get());
};

TEST_F(biased_counting_test, the_owner_counts_in_its_word_and_others_in_the_flags) {
  const auto mine = one_;
  EXPECT_EQ(header_.count, 2);
  EXPECT_EQ(header_.flags, 0);
  elsewhere([&] {
    const item_ref theirs = one_;
    EXPECT_EQ(header_.count, 2);
    EXPECT_EQ(detail::shared_of(header_.flags), 1);
  });
  EXPECT_EQ(header_.flags, 0);
}

TEST_F(biased_counting_test, the_owners_last_reference_merges) {
  item_ref theirs;
  elsewhere([&] { theirs = one_; });
  one_.reset();
  EXPECT_EQ(header_.count, 0);
  EXPECT_EQ(header_.flags, object_merged | 1);
  EXPECT_EQ(theirs.use_count(), 1);
  const auto again = theirs;
  EXPECT_EQ(header_.flags, object_merged | 2);
  EXPECT_EQ(item::alive, 1);
}

TEST_F(biased_counting_test, what_others_drop_too_much_is_posted_and_merged) {
  auto given = one_;
  elsewhere([&] { given.reset(); });
  EXPECT_EQ(detail::shared_of(header_.flags), -1);
  EXPECT_NE(header_.flags & detail::object_posted, 0);
  heap_.step();
  EXPECT_EQ(header_.flags, object_merged | 1);
  EXPECT_EQ(one_.use_count(), 1);
  one_.reset();
  EXPECT_EQ(item::alive, 0);
}

TEST_F(biased_counting_test, an_object_does_not_end_while_it_is_about_to_be_posted) {
  header_.flags |= detail::object_posted;  // the other thread stands right before post_unmerged
  one_.reset();
  EXPECT_EQ(item::alive, 1);
  heap_.step();
  EXPECT_EQ(item::alive, 1);
  detail::object_core::post_unmerged(header_);
  heap_.step();
  EXPECT_EQ(item::alive, 0);
}

TEST_F(biased_counting_test, an_object_is_posted_once) {
  auto first = one_;
  auto second = one_;
  elsewhere([&] {
    first.reset();
    const std::uint32_t after_first = header_.flags;
    second.reset();
    EXPECT_EQ(detail::shared_of(header_.flags), detail::shared_of(after_first) - 1);
  });
  one_.reset();
  heap_.step();
  EXPECT_EQ(item::alive, 0);
}

TEST_F(biased_counting_test, a_large_count_of_the_owner_moves_in_part) {
  auto given = one_;
  header_.count = 1u << 23;  // so many more than the flags could take at once
  elsewhere([&] { given.reset(); });
  heap_.step();
  EXPECT_EQ(header_.count, (1u << 23) - (1u << 22));
  EXPECT_EQ(detail::shared_of(header_.flags), (1 << 22) - 1);
  EXPECT_EQ(header_.flags & object_merged, 0);
  EXPECT_EQ(one_.use_count(), (1u << 23) - 1);
  header_.count = 1;
  header_.flags = 0;
}

TEST_F(biased_counting_test, no_more_moves_than_the_flags_have_room_for) {
  header_.count = 100;
  header_.flags = detail::with_shared(detail::object_posted, detail::shared_most - 5);
  detail::object_core::post_unmerged(header_);
  heap_.step();
  EXPECT_EQ(header_.count, 95);
  EXPECT_EQ(detail::shared_of(header_.flags), detail::shared_most);
  EXPECT_EQ(header_.flags & object_merged, 0);
  header_.count = 1;
  header_.flags = 0;
}

}  // namespace
}  // namespace strata
