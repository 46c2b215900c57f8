// Counted objects through the C interface, where they need threads or end the program;
// tests/conformance/c99/object.c is the rest, from C99.
#include <gtest/gtest.h>
#include <strata/strata.h>

#include <cstddef>
#include <thread>
#include <vector>

namespace {

std::size_t ended = 0;

constexpr strata_object_type counted_type{.name = "counted",
                                          .size = 40,
                                          .alignment = 0,
                                          .id = 0,
                                          .later = 0,
                                          .size_of = nullptr,
                                          .drop = [](void*) { ++ended; },
                                          .trace = nullptr,
                                          .finalise = nullptr};

strata_object_heap* make_heap(std::size_t counting) {
  strata_object_heap_options options{};
  options.name = "c objects";
  options.counting = counting;
  return strata_object_heap_create(&options);
}

class c_object_threads : public testing::TestWithParam<strata_counting> {};

TEST_P(c_object_threads, what_others_drop_ends_with_the_owner) {
  strata_object_heap* const heap = make_heap(GetParam());
  std::vector<void*> objects;
  for (int i = 0; i < 1000; ++i) objects.push_back(strata_object_new(heap, &counted_type));
  ended = 0;
  std::thread([&] {
    for (void* const object : objects) {
      EXPECT_EQ(strata_incref(object), object);
      strata_decref(object);
      strata_decref(object);
    }
    EXPECT_EQ(ended, 0u);
  }).join();
  EXPECT_EQ(strata_object_heap_step(heap, SIZE_MAX), 0u);
  EXPECT_EQ(ended, objects.size());
  strata_object_heap_destroy(heap);
}

TEST_P(c_object_threads, threads_share_objects) {
  strata_object_heap* const heap = make_heap(GetParam());
  void* const object = strata_object_new(heap, &counted_type);
  ended = 0;
  const auto copy_and_drop = [object] {
    for (int i = 0; i < 10000; ++i) strata_decref(strata_incref(object));
  };
  std::thread first(copy_and_drop);
  std::thread second(copy_and_drop);
  copy_and_drop();
  first.join();
  second.join();
  strata_object_heap_step(heap, SIZE_MAX);
  EXPECT_EQ(strata_refcount(object), 1u);
  strata_object_destroy(object);
  EXPECT_EQ(ended, 1u);
  strata_object_heap_destroy(heap);
}

INSTANTIATE_TEST_SUITE_P(threaded, c_object_threads,
                         testing::Values(STRATA_COUNTING_ATOMIC, STRATA_COUNTING_BIASED));

TEST(c_object_death, an_object_that_outlives_its_heap_is_named) {
  strata_object_heap* const heap = make_heap(STRATA_COUNTING_PLAIN);
  void* const object = strata_object_new(heap, &counted_type);
  EXPECT_DEATH(strata_object_heap_destroy(heap), "strata: fatal: .*counted");
  strata_decref(object);
  strata_object_heap_destroy(heap);
}

}  // namespace
