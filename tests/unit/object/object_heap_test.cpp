#include <strata/object/object_heap.hpp>

#include <strata/adaptor/failing.hpp>
#include <strata/arena/arena.hpp>
#include <strata/heap/heap.hpp>
#include <strata/heap/unsynchronized_heap.hpp>
#include <strata/object/weak_ref.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory_resource>
#include <set>
#include <stdexcept>
#include <utility>
#include <vector>

namespace strata {
namespace {

template <std::size_t Bytes, std::size_t Alignment>
struct alignas(Alignment) shaped {
  std::byte bytes[Bytes];
};

struct text {
  explicit text(std::size_t of) noexcept : length(of) {
    std::memset(static_cast<void*>(this + 1), 'x', of);
  }
  std::size_t length;
  [[nodiscard]] std::size_t object_size() const noexcept { return sizeof(text) + length; }
};

[[nodiscard]] bool is_aligned(const void* object, std::size_t alignment) {
  return reinterpret_cast<std::uintptr_t>(object) % alignment == 0;
}

template <class Shape>
void expect_right_place(object_heap<>& heap) {
  std::vector<ref<Shape>> made;
  for (std::size_t i = 0; i < 40; ++i) {
    made.push_back(heap.make<Shape>());
    std::memset(made.back().get(), static_cast<int>(i), sizeof(Shape));
    ASSERT_TRUE(is_aligned(made.back().get(), std::max<std::size_t>(alignof(Shape), 16)));
  }
  for (std::size_t i = 0; i < 40; ++i) {
    const auto* const bytes = reinterpret_cast<const unsigned char*>(made[i].get());
    ASSERT_TRUE(
        std::all_of(bytes, bytes + sizeof(Shape), [&](std::size_t byte) { return byte == i; }));
    ASSERT_EQ(header_of(made[i].get()).type, &object_type_of<Shape>);
  }
}

class object_heap_test : public testing::TestWithParam<object_memory> {
 protected:
  unsynchronized_heap upstream_;
  object_heap<> heap_{{.name = "tested", .upstream = &upstream_, .memory = GetParam()}};
};

INSTANTIATE_TEST_SUITE_P(memory, object_heap_test,
                         testing::Values(object_memory::pooled, object_memory::bumped,
                                         object_memory::alone));

TEST_P(object_heap_test, objects_of_all_sizes_and_alignments_lie_apart) {
  expect_right_place<shaped<1, 1>>(heap_);
  expect_right_place<shaped<16, 16>>(heap_);
  expect_right_place<shaped<33, 1>>(heap_);
  expect_right_place<shaped<64, 64>>(heap_);
  expect_right_place<shaped<4096, 32>>(heap_);
  expect_right_place<shaped<8192, 4096>>(heap_);
  expect_right_place<shaped<100'000, 8>>(heap_);
  EXPECT_EQ(heap_.statistics().objects, 0);
}

TEST_P(object_heap_test, variable_sizes_and_arrays) {
  std::vector<ref<text>> texts;
  for (std::size_t length = 0; length < 20'000; length += 613) {
    texts.push_back(heap_.make_sized<text>(length, length));
    EXPECT_EQ(size_of(texts.back().get()), sizeof(text) + length);
  }
  for (const auto& each : texts) {
    const auto* const characters = reinterpret_cast<const char*>(each.get() + 1);
    EXPECT_TRUE(
        std::all_of(characters, characters + each->length, [](char c) { return c == 'x'; }));
  }
  const auto array = heap_.make_array<std::uint32_t>(1000);
  EXPECT_EQ(array->size(), 1000);
  EXPECT_EQ(std::count(array->begin(), array->end(), 0), 1000);
  EXPECT_EQ(size_of(array.get()), sizeof(std::size_t) + 4000);
  EXPECT_EQ(heap_.make_array<int>(0)->elements().size(), 0);
}

TEST_P(object_heap_test, arrays_hold_references) {
  const auto one = heap_.make_array<int>(1);
  auto all = heap_.make_array<ref<object_array<int>>>(10);
  for (auto& each : *all) each = one;
  EXPECT_EQ(one.use_count(), 11);
  all.reset();
  EXPECT_EQ(one.use_count(), 1);
}

TEST_P(object_heap_test, arrays_trace_what_they_hold) {
  struct counter : object_visitor {
    std::size_t seen = 0;
  } visitor;
  visitor.visit = [](object_visitor* self, void*) { ++static_cast<counter*>(self)->seen; };
  auto all = heap_.make_array<ref<object_array<int>>>(4);
  (*all)[1] = heap_.make_array<int>(1);
  (*all)[3] = (*all)[1];
  const object_type& type = *header_of(all.get()).type;
  ASSERT_NE(type.trace, nullptr);
  type.trace(all.get(), &visitor);
  EXPECT_EQ(visitor.seen, 2);
  EXPECT_EQ(object_type_of<object_array<int>>.trace, nullptr);
}

TEST_P(object_heap_test, a_constructor_that_throws_leaves_nothing) {
  struct thrower {
    explicit thrower(int) { throw std::runtime_error("no"); }
  };
  for (int i = 0; i < 10; ++i) {
    EXPECT_THROW((void)heap_.make<thrower>(1), std::runtime_error);
  }
  EXPECT_EQ(heap_.statistics().objects, 0);
}

TEST_P(object_heap_test, the_nth_refusal_of_the_upstream_loses_nothing) {
  for (std::uint64_t nth = 1;; ++nth) {
    failing refusing(upstream_, {.nth = nth});
    object_heap<> heap({.name = "refused", .upstream = &refusing, .memory = GetParam()});
    try {
      std::vector<ref<shaped<3000, 16>>> made;
      std::vector<weak_ref<shaped<3000, 16>>> seen;
      for (int i = 0; i < 30; ++i) made.push_back(heap.make<shaped<3000, 16>>());
      for (const auto& each : made) seen.emplace_back(each);
      const auto large = heap.make_array<char>(100'000);
    } catch (const out_of_memory& refusal) {
      EXPECT_EQ(refusal.account_name(), "refused");
    }
    EXPECT_EQ(heap.statistics().objects, 0);
    if (refusing.refusals() == 0) break;
  }
}

TEST_P(object_heap_test, a_refusal_is_a_value_where_it_is_asked_as_one) {
  failing refusing(upstream_, {.every = 1});
  object_heap<> heap({.upstream = &refusing, .memory = GetParam()});
  EXPECT_EQ(heap.try_make<int>(1), nullptr);
  EXPECT_EQ(heap.try_allocate(object_type_of<int>), nullptr);
  const volatile std::size_t too_many = SIZE_MAX / 4;  // g++ would warn of what it knows
  EXPECT_THROW((void)heap.make_array<std::uint64_t>(too_many), out_of_memory);
}

TEST_P(object_heap_test, statistics_add_up_by_type) {
  const auto numbers = heap_.make_array<int>(100);
  std::vector<ref<shaped<48, 16>>> shapes;
  for (int i = 0; i < 10; ++i) shapes.push_back(heap_.make<shaped<48, 16>>());
  const auto types = heap_.types();
  ASSERT_EQ(types.size(), 2);
  EXPECT_EQ(types[0].type, (&object_type_of<shaped<48, 16>>));
  EXPECT_EQ(types[0].objects, 10);
  EXPECT_EQ(types[0].bytes, 640);
  EXPECT_EQ(types[1].objects, 1);
  EXPECT_EQ(types[1].bytes, 16 + 408);
  const auto all = heap_.statistics();
  EXPECT_EQ(all.objects, 11);
  EXPECT_EQ(all.object_bytes, 640 + 424);
  EXPECT_GE(all.reserved, all.object_bytes);
  EXPECT_EQ(all.alone, GetParam() == object_memory::alone ? 11 : 0);
}

TEST_P(object_heap_test, clear_ends_all_at_once) {
  for (int i = 0; i < 100; ++i) (void)heap_.make_array<int>(1000).release();
  EXPECT_EQ(heap_.statistics().objects, 100);
  heap_.clear();
  EXPECT_EQ(heap_.statistics().objects, 0);
  EXPECT_EQ(heap_.statistics().reserved, 0);
  EXPECT_EQ(heap_.make<int>(5).use_count(), 1);
}

TEST_P(object_heap_test, purge_gives_back_what_is_empty) {
  std::vector<ref<shaped<1000, 16>>> made;
  for (int i = 0; i < 1000; ++i) made.push_back(heap_.make<shaped<1000, 16>>());
  const auto kept = made[500];
  const std::size_t before = heap_.statistics().reserved;
  made.clear();
  const std::size_t given = heap_.purge();
  const std::size_t after = heap_.statistics().reserved;
  if (GetParam() != object_memory::alone) {
    EXPECT_EQ(before - after, given);
    EXPECT_EQ(heap_.statistics().chunks, 1);
  }
  EXPECT_LT(after, before / 4);
  for (int i = 0; i < 1000; ++i) made.push_back(heap_.make<shaped<1000, 16>>());
  EXPECT_EQ(heap_.statistics().objects, 1001);
}

TEST(object_heap, a_block_that_ended_serves_next) {
  object_heap<> heap;
  auto first = heap.make<int>(1);
  const int* const place = first.get();
  first.reset();
  EXPECT_EQ(heap.make<int>(2).get(), place);
}

TEST(object_heap, has_an_account_and_a_limit) {
  object_heap<> heap({.name = "limited objects", .limit = 256 << 10});
  ASSERT_TRUE(heap.account().has_value());
  EXPECT_EQ(heap.account()->name(), "limited objects");
  std::vector<ref<shaped<1000, 16>>> made;
  try {
    for (;;) made.push_back(heap.make<shaped<1000, 16>>());
  } catch (const out_of_memory& refusal) {
    EXPECT_EQ(refusal.account_name(), "limited objects");
  }
  EXPECT_GT(made.size(), 150);
  EXPECT_LE(heap.account()->usage(), 256 << 10);
}

TEST(object_heap, stands_on_an_arena) {
  arena memory;
  object_heap<> heap({.upstream = &memory, .memory = object_memory::bumped});
  const auto first = heap.make<shaped<24, 8>>();
  const auto second = heap.make<shaped<24, 8>>();
  EXPECT_EQ(reinterpret_cast<std::byte*>(second.get()) - reinterpret_cast<std::byte*>(first.get()),
            48);
}

TEST(object_heap, takes_types_that_are_known_at_run_time) {
  static const object_type type{.name = "vector",
                                .size = 8,
                                .alignment = 64,
                                .id = 1,
                                .later = 0,
                                .size_of = nullptr,
                                .drop = nullptr,
                                .trace = nullptr,
                                .finalise = nullptr};
  object_heap<> heap;
  void* const object = heap.try_allocate(type, 128);
  ASSERT_NE(object, nullptr);
  EXPECT_TRUE(is_aligned(object, 64));
  EXPECT_EQ(header_of(object).count, 1);
  add_reference(object);
  drop_reference(object);
  EXPECT_EQ(heap.types().at(0).type, &type);
  drop_reference(object);
  EXPECT_EQ(heap.statistics().objects, 0);
}

TEST(object_heap, tells_before_it_grows) {
  object_heap<> heap;
  std::size_t told = 0;
  heap.core().on_growth(
      [](void* context, std::size_t bytes) noexcept {
        *static_cast<std::size_t*>(context) += bytes;
      },
      &told);
  std::vector<ref<shaped<48, 16>>> made;
  for (int i = 0; i < 1024; ++i) made.push_back(heap.make<shaped<48, 16>>());
  EXPECT_GE(told, 64 * 1024);
  const std::size_t before = told;
  made.clear();
  for (int i = 0; i < 1024; ++i) made.push_back(heap.make<shaped<48, 16>>());
  EXPECT_EQ(told, before);
}

struct observed_within {
  ref<shaped<1000, 16>> one;
  weak_ref<shaped<1000, 16>> seen;
  bool began = false;

  static void on_growth(void* context, std::size_t) noexcept {
    auto& self = *static_cast<observed_within*>(context);
    if (!std::exchange(self.began, true)) self.seen = self.one;
  }
};

TEST(object_heap, what_runs_when_memory_grows_may_observe_the_same_object) {
  object_heap<> heap;
  observed_within nested{heap.make<shaped<1000, 16>>(), {}};
  heap.core().on_growth(observed_within::on_growth, &nested);
  const weak_ref<shaped<1000, 16>> seen = nested.one;
  ASSERT_TRUE(nested.began);
  EXPECT_EQ(seen, nested.seen);
  EXPECT_EQ(heap.statistics().weak_records, 1);
  nested.one.reset();
  EXPECT_TRUE(seen.expired());
  heap.core().on_growth(nullptr, nullptr);
}

}  // namespace
}  // namespace strata
