// The ambient resource: scopes, temporaries, the with-forms, mistakes.
#include <strata/context/context.hpp>

#include <gtest/gtest.h>

#include <cstring>
#include <memory>
#include <memory_resource>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <strata/heap/heap.hpp>

namespace strata::context {
namespace {

class context_test : public testing::Test {
 protected:
  ~context_test() override {
    EXPECT_EQ(current_resource(), std::pmr::get_default_resource()) << "no scope is left";
  }

  heap first_{{.name = "first"}};
  heap second_{{.name = "second"}};
};

TEST_F(context_test, outside_of_all_scopes_the_standards_default_is_current) {
  EXPECT_EQ(current_resource(), std::pmr::get_default_resource());
  std::pmr::set_default_resource(&first_);
  EXPECT_EQ(current_resource(), &first_);
  EXPECT_EQ(temp_resource(), &first_);
  std::pmr::set_default_resource(nullptr);
}

TEST_F(context_test, scopes_nest_and_restore) {
  {
    const scope outer(first_);
    EXPECT_EQ(current_resource(), &first_);
    {
      const scope inner(second_);
      EXPECT_EQ(current_resource(), &second_);
      const scope same;
      EXPECT_EQ(current_resource(), &second_);
    }
    EXPECT_EQ(current_resource(), &first_);
  }
}

TEST_F(context_test, an_exception_restores_what_every_level_had) {
  const scope outer(first_);
  const auto throwing = [&](auto self, int depth) -> void {
    const scope inner(depth % 2 == 0 ? first_ : second_);
    static_cast<void>(temp_resource()->allocate(100));
    if (depth == 0) throw std::runtime_error("out");
    self(self, depth - 1);
  };
  EXPECT_THROW(throwing(throwing, 20), std::runtime_error);
  EXPECT_EQ(current_resource(), &first_);
}

// What a callee does is over when it returns, whatever it did.
void callee_that_sets(heap& other) {
  const scope mine(other);
  EXPECT_EQ(current_resource(), &other);
}

TEST_F(context_test, a_callee_cannot_change_what_its_caller_sees) {
  const scope mine(first_);
  callee_that_sets(second_);
  EXPECT_EQ(current_resource(), &first_);
}

TEST_F(context_test, each_thread_has_its_own) {
  const scope mine(first_);
  std::thread([&] {
    EXPECT_EQ(current_resource(), std::pmr::get_default_resource());
    const scope other(second_);
    EXPECT_EQ(current_resource(), &second_);
  }).join();
  EXPECT_EQ(current_resource(), &first_);
}

TEST_F(context_test, temporaries_end_with_their_scope_and_their_memory_is_used_again) {
  void* before = nullptr;
  for (int round = 0; round < 3; ++round) {
    const scope level(first_);
    EXPECT_EQ(temp_resource(), temp_resource());
    EXPECT_NE(temp_resource(), &first_);
    void* const block = temp_resource()->allocate(1000);
    std::memset(block, 0xee, 1000);
    if (round > 0) {
      EXPECT_EQ(block, before);
    }
    before = block;
  }
  EXPECT_EQ(first_.account().usage(), 0u) << "temporaries are not the current resource's";
}

TEST_F(context_test, what_an_outer_scope_allocates_meanwhile_survives_the_inner_one) {
  const scope outer(first_);
  std::pmr::memory_resource* const outer_temp = temp_resource();
  std::pmr::string text("a text that does not fit into the string itself", outer_temp);
  {
    const scope inner(second_);
    EXPECT_NE(temp_resource(), outer_temp);
    static_cast<void>(temp_resource()->allocate(100));
    text += ", made longer while another scope has temporaries";
  }
  std::memset(temp_resource()->allocate(500), 0xee, 500);
  EXPECT_EQ(text,
            "a text that does not fit into the string itself"
            ", made longer while another scope has temporaries");
}

TEST_F(context_test, threads_give_their_temporaries_back_when_they_end) {
  const auto use = [&] {
    const scope level(first_);
    std::memset(temp_resource()->allocate(1 << 20), 1, 1 << 20);
    const scope inner(first_);
    std::memset(temp_resource()->allocate(1 << 20), 1, 1 << 20);
  };
  std::thread(use).join();
  const std::size_t before = root_account().usage();
  for (int i = 0; i < 20; ++i) std::thread(use).join();
  EXPECT_LE(root_account().usage(), before);
}

// A destructor of the thread that runs after the one that ends its arenas.
struct late_user {
  heap* resource = nullptr;
  ~late_user() {
    if (resource == nullptr) return;
    const scope level(*resource);
    std::memset(temp_resource()->allocate(1000), 1, 1000);
  }
};
thread_local late_user late;

TEST_F(context_test, temporaries_serve_a_threads_last_destructors) {
  std::thread([&] {
    late.resource = &first_;  // constructed first, so destroyed last
    const scope level(first_);
    static_cast<void>(temp_resource());
  }).join();
}

TEST_F(context_test, with_allocator_returns_what_the_function_returns) {
  int value = 3;
  EXPECT_EQ(with_allocator(first_, [&] { return current_resource(); }), &first_);
  static_assert(
      std::is_same_v<decltype(with_allocator(first_, [&]() -> int& { return value; })), int&>);
  static_assert(std::is_void_v<decltype(with_allocator(first_, [] {}))>);
  const auto moved = with_allocator(first_, [] { return std::make_unique<int>(5); });
  EXPECT_EQ(*moved, 5);
  EXPECT_THROW(with_allocator(first_, [] { throw std::runtime_error("out"); }), std::runtime_error);
}

TEST_F(context_test, with_arena_runs_on_an_arena_that_ends) {
  const std::size_t before = root_account().usage();
  const int sum = with_arena([] {
    std::pmr::vector<int> numbers(current_resource());
    for (int i = 0; i < 100'000; ++i) numbers.push_back(i % 3);
    int total = 0;
    for (const int number : numbers) total += number;
    return total;
  });
  EXPECT_EQ(sum, 99'999);
  EXPECT_TRUE(with_arena({.name = "request"}, [](arena& memory) {
    return current_resource() == &memory && memory.allocate(10) != nullptr;
  }));
  EXPECT_EQ(root_account().usage(), before);
}

TEST_F(context_test, an_arena_scope_may_stand_on_what_was_current) {
  const scope outer(first_);
  {
    arena_scope inner({.upstream = current_resource()});
    EXPECT_EQ(current_resource(), &inner.arena());
    EXPECT_TRUE(first_.owns(current_resource()->allocate(100)));
  }
  EXPECT_EQ(first_.statistics().live, 0u);
}

TEST_F(context_test, a_refused_temporary_throws_and_leaves_the_scope_as_it_was) {
  const scope level(first_);
  EXPECT_THROW(static_cast<void>(temp_resource()->allocate(std::size_t{1} << 60)), std::bad_alloc);
  EXPECT_NE(temp_resource()->allocate(100), nullptr);
}

TEST_F(context_test, scopes_out_of_order_end_the_program) {
  EXPECT_DEATH(
      {
        auto outer = std::make_optional<scope>(first_);
        const scope inner(second_);
        outer.reset();
      },
      "context scope: .*reverse order");
}

TEST_F(context_test, a_scope_that_ends_on_another_thread_ends_the_program) {
  EXPECT_DEATH(
      {
        std::optional<scope> mine(std::in_place, first_);
        std::thread([&] { mine.reset(); }).join();
      },
      "context scope: .*another thread");
}

}  // namespace
}  // namespace strata::context
