// How objects end: in which order, on how much stack, how many at once, and once only.
#include <strata/object/object_heap.hpp>

#include <strata/object/weak_ref.hpp>

#include <gtest/gtest.h>
#include <pthread.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

#include "support/sanitized.hpp"

namespace strata {
namespace {

struct node {
  ref<node> left;
  ref<node> right;
};

// Runs `work` on a thread with the smallest stack that a step may need: sanitizers want more.
void on_small_stack(const std::function<void()>& work) {
  pthread_attr_t attributes;
  ASSERT_EQ(pthread_attr_init(&attributes), 0);
  ASSERT_EQ(pthread_attr_setstacksize(&attributes, (test::sanitized ? 512 : 64) << 10), 0);
  pthread_t thread{};
  const auto run = [](void* what) -> void* {
    (*static_cast<const std::function<void()>*>(what))();
    return nullptr;
  };
  ASSERT_EQ(pthread_create(&thread, &attributes, run, const_cast<std::function<void()>*>(&work)),
            0);
  pthread_attr_destroy(&attributes);
  pthread_join(thread, nullptr);
}

ref<node> make_list(object_heap<>& heap, std::size_t length) {
  ref<node> list;
  for (std::size_t i = 0; i < length; ++i) list = heap.make<node>(std::move(list), ref<node>());
  return list;
}

TEST(object_end, a_list_of_ten_million_ends_on_64_kib_of_stack) {
  on_small_stack([] {
    object_heap<> heap({.name = "list"});
    make_list(heap, test::scaled(10'000'000)).reset();
    EXPECT_EQ(heap.pending(), 0);
    EXPECT_EQ(heap.statistics().objects, 0);
  });
}

TEST(object_end, a_comb_of_lists_ends_on_64_kib_of_stack) {
  on_small_stack([] {
    object_heap<> heap;
    ref<node> comb;
    for (std::size_t i = 0; i < test::scaled(40'000); ++i) {
      comb = heap.make<node>(std::move(comb), make_list(heap, 20));
    }
    comb.reset();
    EXPECT_EQ(heap.statistics().objects, 0);
  });
}

TEST(object_end, a_step_ends_no_more_than_it_may) {
  object_heap<> heap({.step_objects = 10});
  make_list(heap, 1000).reset();
  EXPECT_EQ(heap.statistics().objects, 990 - heap.pending());
  EXPECT_EQ(heap.step(100), 1);
  EXPECT_EQ(heap.statistics().objects, 890 - heap.pending());
  EXPECT_EQ(heap.step(), 0);
  EXPECT_EQ(heap.statistics().objects, 0);
}

TEST(object_end, a_record_of_weak_references_is_one_of_those_that_a_step_ends) {
  object_heap<> heap({.step_objects = 3});
  auto list = make_list(heap, 20);
  weak_ref<node>(list).reset();  // only the list keeps the record now
  const std::size_t before = heap.statistics().objects;
  list.reset();
  EXPECT_EQ(heap.statistics().objects + heap.pending(), before - 3);
  EXPECT_EQ(heap.statistics().step_longest, 3);
  EXPECT_EQ(heap.step(), 0);
  EXPECT_EQ(heap.statistics().objects, 0);
}

TEST(object_end, what_is_left_goes_on_with_the_next_drops) {
  object_heap<> heap({.step_objects = 2});
  make_list(heap, 100).reset();
  for (int i = 0; i < 200 && heap.pending() != 0; ++i) (void)heap.make<node>();
  EXPECT_EQ(heap.pending(), 0);
  EXPECT_LE(heap.statistics().step_longest, 2);
}

TEST(object_end, what_is_left_goes_on_before_the_heap_grows) {
  object_heap<> heap({.step_objects = 1});
  make_list(heap, 4000).reset();
  const std::size_t before = heap.statistics().chunks;
  const auto next = make_list(heap, 3000);
  EXPECT_EQ(heap.statistics().chunks, before);
}

TEST(object_end, the_end_of_the_heap_ends_what_is_left) {
  static std::size_t ended;
  ended = 0;
  struct link {
    ref<link> next;
    ~link() { ++ended; }
  };
  {
    object_heap<> heap({.step_objects = 1});
    ref<link> list;
    for (int i = 0; i < 50; ++i) list = heap.make<link>(std::move(list));
  }
  EXPECT_EQ(ended, 50);
}

TEST(object_end, destructors_run_one_after_the_other) {
  static int within;
  static std::vector<int> order;
  within = 0;
  order.clear();
  struct nested {
    int number;
    ref<nested> first;
    ref<nested> second;
    ~nested() {
      EXPECT_EQ(++within, 1);
      order.push_back(number);
      first.reset();
      second.reset();
      --within;
    }
  };
  object_heap<> heap;
  auto leaf = [&](int number) { return heap.make<nested>(number, nullptr, nullptr); };
  auto left = heap.make<nested>(2, leaf(3), leaf(4));
  heap.make<nested>(1, std::move(left), leaf(5)).reset();
  EXPECT_EQ(order, (std::vector<int>{1, 5, 2, 4, 3}));
}

TEST(object_end, a_destructor_may_make_objects) {
  static object_heap<>* of = nullptr;
  static ref<int> made;
  struct maker {
    ~maker() { made = of->make<int>(42); }
  };
  object_heap<> heap;
  of = &heap;
  heap.make<maker>().reset();
  EXPECT_EQ(*made, 42);
  made.reset();
}

// -- Finalisers ------------------------------------------------------------------------

struct finalised {
  static inline int calls = 0;
  static inline int ended = 0;
  static inline bool keeps = false;
  static inline ref<finalised> kept;

  ~finalised() { ++ended; }
  void finalise() noexcept {
    ++calls;
    if (keeps) kept = ref<finalised>::share(this);
  }
  ref<finalised> other;
};

class finalise_test : public testing::Test {
 protected:
  finalise_test() {
    finalised::calls = 0;
    finalised::ended = 0;
    finalised::keeps = false;
  }
  object_heap<> heap_;
};

TEST_F(finalise_test, runs_once_before_the_end) {
  auto one = heap_.make<finalised>();
  one->other = heap_.make<finalised>();
  one.reset();
  EXPECT_EQ(finalised::calls, 2);
  EXPECT_EQ(finalised::ended, 2);
}

TEST_F(finalise_test, may_bring_the_object_back_once) {
  finalised::keeps = true;
  auto one = heap_.make<finalised>();
  const weak_ref<finalised> seen = one;
  finalised* const object = one.get();
  one.reset();
  EXPECT_EQ(finalised::kept.get(), object);
  EXPECT_EQ(finalised::kept.use_count(), 1);
  EXPECT_EQ(finalised::ended, 0);
  EXPECT_TRUE(seen.expired());
  const weak_ref<finalised> again = finalised::kept;
  finalised::kept.reset();
  EXPECT_EQ(finalised::calls, 1);
  EXPECT_EQ(finalised::ended, 1);
  EXPECT_TRUE(again.expired());
}

TEST_F(finalise_test, is_not_called_for_immortal_objects) {
  make_immortal(heap_.make<finalised>().release());
  heap_.clear();
  EXPECT_EQ(finalised::calls, 0);
}

TEST(object_end, a_collector_keeps_the_memory_of_what_it_still_knows) {
  object_heap<> heap;
  auto one = heap.make<node>();
  one->left = heap.make<node>();
  object_header& header = header_of(one.get());
  header.flags |= object_kept | object_purple;
  one.reset();
  EXPECT_EQ(heap.statistics().objects, 0);
  EXPECT_EQ(header.count, 0);
  EXPECT_EQ(header.flags & (object_kept | object_ending), object_kept | object_ending);
  const auto next = heap.make<node>();
  EXPECT_NE(&header_of(next.get()), &header);
  detail::object_core::release(header);
  EXPECT_EQ(&header_of(heap.make<node>().get()), &header);
}

}  // namespace
}  // namespace strata
