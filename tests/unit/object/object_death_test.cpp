// Each mistake with references that is found ends the program with one line that says so.
#include <strata/object/object_heap.hpp>

#include <strata/object/weak_ref.hpp>

#include <gtest/gtest.h>

#include <thread>

namespace strata {
namespace {

struct thing {
  static constexpr const char* object_name = "thing";
  int value;
};

template <class Counting>
class object_death_test : public testing::Test {
 protected:
  object_heap<Counting> heap_{{.name = "doomed", .discards = true}};
};

using countings = testing::Types<plain_counting, atomic_counting, biased_counting>;
TYPED_TEST_SUITE(object_death_test, countings, );

TYPED_TEST(object_death_test, a_reference_that_is_dropped_twice) {
  void* const object = this->heap_.template make<thing>(1).release();
  drop_reference<TypeParam>(object);
  EXPECT_DEATH(drop_reference<TypeParam>(object), "dead reference.*was copied or dropped when");
}

TYPED_TEST(object_death_test, a_heap_that_ends_before_its_objects) {
  EXPECT_DEATH(
      {
        object_heap<TypeParam> heap({.name = "short"});
        (void)heap.template make<thing>(1).release();
      },
      "object heap ended before its objects.*\"short\" ends while 1 of its objects live, a thing");
}

TYPED_TEST(object_death_test, discarded_objects_are_no_mistake) {
  object_heap<TypeParam> heap({.discards = true});
  (void)heap.template make<thing>(1).release();
  EXPECT_EQ(heap.statistics().objects, 1);
}

TYPED_TEST(object_death_test, a_first_weak_reference_elsewhere) {
  if constexpr (TypeParam::kind != detail::counting_kind::plain) {
    GTEST_FLAG_SET(death_test_style, "threadsafe");
    const auto one = this->heap_.template make<thing>(1);
    EXPECT_DEATH(std::thread([one] { const weak_ref<thing, TypeParam> seen = one; }).join(),
                 "weak reference on another thread.*the thing at");
  }
}

}  // namespace
}  // namespace strata
