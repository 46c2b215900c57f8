// What holds of references whatever they count with, and wherever objects lie.
#include <strata/object/counting.hpp>

#include <strata/heap/unsynchronized_heap.hpp>
#include <strata/object/object_heap.hpp>
#include <strata/object/weak_ref.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <thread>
#include <utility>

#include "support/captured_warnings.hpp"

namespace strata {
namespace {

template <class Counting, object_memory Memory>
struct kind {
  using counting = Counting;
  static constexpr object_memory memory = Memory;
};

template <class Kind>
class counting_test : public testing::Test {
 protected:
  using counting = typename Kind::counting;
  using heap_type = object_heap<counting>;

  struct item {
    explicit item(int of) noexcept : value(of) { ++alive; }
    item(const item&) = delete;
    item& operator=(const item&) = delete;
    ~item() { --alive; }
    int value;
    ref<item, counting> other;
  };
  using item_ref = ref<item, counting>;
  using weak = weak_ref<item, counting>;

  static inline int alive = 0;

  void SetUp() override { alive = 0; }
  void TearDown() override { EXPECT_EQ(alive, 0); }

  [[nodiscard]] item_ref make(int value) { return heap_.template make<item>(value); }

  unsynchronized_heap upstream_;
  heap_type heap_{{.upstream = &upstream_, .memory = Kind::memory}};
};

using kinds = testing::Types<
    kind<plain_counting, object_memory::pooled>, kind<plain_counting, object_memory::bumped>,
    kind<plain_counting, object_memory::alone>, kind<atomic_counting, object_memory::pooled>,
    kind<atomic_counting, object_memory::bumped>, kind<atomic_counting, object_memory::alone>,
    kind<biased_counting, object_memory::pooled>, kind<biased_counting, object_memory::bumped>,
    kind<biased_counting, object_memory::alone>>;

// The third argument names the kinds; without it, it is a variadic macro's missing one.
TYPED_TEST_SUITE(counting_test, kinds, );

TYPED_TEST(counting_test, an_object_lives_as_long_as_its_references) {
  auto first = this->make(1);
  EXPECT_EQ(first.use_count(), 1);
  auto second = first;
  EXPECT_EQ(first.use_count(), 2);
  EXPECT_EQ(second->value, 1);
  first.reset();
  EXPECT_EQ(this->alive, 1);
  EXPECT_EQ(second.use_count(), 1);
  second.reset();
  EXPECT_EQ(this->alive, 0);
}

TYPED_TEST(counting_test, moves_count_nothing) {
  auto first = this->make(1);
  auto second = std::move(first);
  EXPECT_EQ(first, nullptr);  // NOLINT(*-use-after-move): empty then
  EXPECT_EQ(second.use_count(), 1);
  second = std::move(second);  // NOLINT(*-self-move): stays what it was
  EXPECT_EQ(second.use_count(), 1);
}

TYPED_TEST(counting_test, assignment_drops_what_was_there) {
  auto one = this->make(1);
  auto two = this->make(2);
  one = two;
  EXPECT_EQ(this->alive, 1);
  EXPECT_EQ(two.use_count(), 2);
  two = nullptr;
  EXPECT_EQ(one->value, 2);
}

TYPED_TEST(counting_test, a_reference_is_made_from_the_address) {
  using reference = typename TestFixture::item_ref;
  auto one = this->make(1);
  auto two = reference::share(one.get());
  EXPECT_EQ(one.use_count(), 2);
  auto* const counted = two.release();
  EXPECT_EQ(reference::adopt(counted), one);
  EXPECT_EQ(one.use_count(), 1);
}

TYPED_TEST(counting_test, references_of_const_count_the_same) {
  using value = const typename TestFixture::item;
  auto one = this->make(1);
  ref<value, typename TestFixture::counting> seen = one;
  EXPECT_EQ(seen.use_count(), 2);
  one.reset();
  EXPECT_EQ(seen->value, 1);
}

TYPED_TEST(counting_test, what_an_object_held_ends_with_it) {
  auto outer = this->make(1);
  outer->other = this->make(2);
  outer->other->other = this->make(3);
  outer.reset();
  EXPECT_EQ(this->alive, 0);
}

TYPED_TEST(counting_test, immortal_objects_ignore_their_count) {
  auto* const object = this->make(1).release();
  make_immortal(object);
  EXPECT_TRUE(is_immortal(object));
  for (int i = 0; i < 1000; ++i) {
    auto again = TestFixture::item_ref::adopt(object);
  }
  EXPECT_EQ(this->alive, 1);
  EXPECT_EQ(this->heap_.statistics().immortal, 1);
  object->~item();  // the heap would not
}

TYPED_TEST(counting_test, immortal_objects_survive_counts_that_come_to_the_end) {
  auto* const object = this->make(1).release();
  const bool is_counted_in_flags = (detail::flags_of(header_of(object)) & object_merged) != 0;
  make_immortal(object);
  EXPECT_EQ(header_of(object).count == 0, is_counted_in_flags) << "0: no chunk names an owner";
  EXPECT_GT(TestFixture::counting::count(header_of(object)), 1'000'000u);
  for (const std::uint32_t count : {1u, 0x80000001u, 0xffffffffu}) {
    if (!is_counted_in_flags) header_of(object).count = count;
    { auto again = TestFixture::item_ref::adopt(object); }
    EXPECT_EQ(this->alive, 1);
  }
  object->~item();
}

// At the end of the heap, the record that stands for it is no object that was forgotten.
TYPED_TEST(counting_test, an_immortal_object_may_be_observed) {
  auto* const object = this->make(1).release();
  make_immortal(object);
  {
    const typename TestFixture::weak seen = TestFixture::item_ref::share(object);
    EXPECT_EQ(seen.lock().get(), object);
  }
  EXPECT_EQ(this->heap_.statistics().weak_records, 1);
  object->~item();
}

TYPED_TEST(counting_test, more_references_than_can_be_counted_make_it_immortal) {
  test::captured_warnings warnings;
  auto kept = this->make(1);
  if (detail::flags_of(header_of(kept.get())) & object_merged) {
    header_of(kept.get()).flags |= std::uint32_t{detail::shared_most};
  } else {
    header_of(kept.get()).count = 0x7fffffff;
  }
  {
    const auto one_more = kept;
    const auto another = kept;
  }
  EXPECT_TRUE(is_immortal(kept.get()));
  EXPECT_NE(warnings.text().find("never ends from now on"), std::string::npos);
  auto* const object = kept.release();
  object->~item();
}

TYPED_TEST(counting_test, a_weak_reference_sees_the_object_until_its_end) {
  auto one = this->make(1);
  typename TestFixture::weak seen = one;
  typename TestFixture::weak also = one;
  EXPECT_EQ(one.use_count(), 1);
  EXPECT_EQ(seen, also);
  EXPECT_EQ(seen.lock(), one);
  EXPECT_FALSE(seen.expired());
  one.reset();
  EXPECT_EQ(this->alive, 0);
  EXPECT_EQ(seen.lock(), nullptr);
  EXPECT_TRUE(also.expired());
}

TYPED_TEST(counting_test, many_objects_may_be_observed) {
  std::vector<typename TestFixture::item_ref> objects;
  std::vector<typename TestFixture::weak> seen;
  for (int i = 0; i < 300; ++i) {
    objects.push_back(this->make(i));
    seen.emplace_back(objects.back());
  }
  EXPECT_EQ(this->heap_.statistics().weak_records, 300);
  for (std::size_t i = 0; i < objects.size(); i += 2) objects[i].reset();
  for (std::size_t i = 0; i < objects.size(); ++i) EXPECT_EQ(seen[i].lock(), objects[i]) << i;
  seen.clear();
  objects.clear();
  EXPECT_EQ(this->heap_.statistics().objects, 0);
  EXPECT_EQ(this->heap_.statistics().weak_records, 0);
}

TYPED_TEST(counting_test, a_weak_reference_may_outlive_all_and_lead_to_no_other_object) {
  typename TestFixture::weak seen = this->make(1);
  const auto next = this->make(2);
  EXPECT_EQ(seen.lock(), nullptr);
  EXPECT_FALSE(seen == typename TestFixture::weak());
}

TYPED_TEST(counting_test, other_threads_end_what_they_drop_at_the_heap) {
  if constexpr (TestFixture::counting::kind != detail::counting_kind::plain) {
    auto mine = this->make(1);
    auto given = this->make(2);
    const typename TestFixture::weak seen = given;
    std::thread([copy = mine, last = std::move(given), seen]() mutable {
      EXPECT_EQ(copy->value, 1);
      { const auto more = copy; }
      { const auto locked = seen.lock(); }
      last->other = std::move(copy);
      last.reset();
    }).join();
    this->heap_.step();
    EXPECT_EQ(this->alive, 1);
    EXPECT_EQ(seen.lock(), nullptr);
    EXPECT_EQ(mine.use_count(), 1);
    mine.reset();
  }
}

TYPED_TEST(counting_test, another_thread_may_adopt_the_heap) {
  auto one = this->make(1);
  const auto kept = one;
  std::thread([&] {
    this->heap_.adopt();
    auto two = this->make(2);
    two->other = std::move(one);
    two.reset();
    EXPECT_EQ(this->alive, 1);
  }).join();
  this->heap_.adopt();
  EXPECT_EQ(kept.use_count(), 1);
}

}  // namespace
}  // namespace strata
