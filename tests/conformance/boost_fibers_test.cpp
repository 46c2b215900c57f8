// Boost's libraries of fibers on stacks of a pool: each takes a StackAllocator.
#include <strata/stack/stack_allocator.hpp>

#include <gtest/gtest.h>
#include <boost/context/fiber.hpp>
#include <boost/coroutine2/coroutine.hpp>
#include <boost/fiber/all.hpp>

#include <array>
#include <numeric>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

#include <strata/arena/guard_hits.hpp>

#include "../../examples/fiber_scheduler.hpp"
#include "support/sanitized.hpp"

namespace strata::test {
namespace {

using boost_stacks = stack_allocator<boost::context::stack_context>;
using shared_boost_stacks = stack_allocator<boost::context::stack_context, shared_stack_pool>;
namespace ctx = boost::context;

// The libraries of a distribution tell ThreadSanitizer nothing about their fibers.
class boost_fibers : public testing::Test {
 protected:
  void SetUp() override {
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
    GTEST_SKIP() << "the libraries do not announce their fibers to ThreadSanitizer";
#endif
#endif
  }

  void TearDown() override { EXPECT_EQ(pool_.statistics().active, 0U); }

  stack_pool pool_{{.name = "boost", .colours = 16}};
  boost_stacks allocator_{pool_, "under test"};
};

TEST_F(boost_fibers, context_switches_back_and_forth) {
  int sum = 0;
  ctx::fiber one(std::allocator_arg, allocator_, [&](ctx::fiber&& caller) {
    EXPECT_EQ(pool_.statistics().active, 1U);
    for (int i = 1; i <= 100; ++i) {
      sum += i;
      caller = std::move(caller).resume();
    }
    return std::move(caller);
  });
  while (one) one = std::move(one).resume();
  EXPECT_EQ(sum, 5050);
}

TEST_F(boost_fibers, context_unwinds_a_fiber_that_never_ends) {
  std::optional<int> destroyed;
  struct guard {
    ~guard() { *where = 1; }
    std::optional<int>* where;
  };
  {
    ctx::fiber one(std::allocator_arg, allocator_, [&](ctx::fiber&& caller) {
      const guard ends{&destroyed};
      for (;;) caller = std::move(caller).resume();
      return std::move(caller);
    });
    one = std::move(one).resume();
    EXPECT_EQ(pool_.statistics().active, 1U);
  }
  EXPECT_EQ(destroyed, 1);
}

TEST_F(boost_fibers, many_short_ones_reuse_one_stack) {
  for (std::size_t i = 0; i < scaled(100'000); ++i) {
    ctx::fiber one(std::allocator_arg, allocator_, [](ctx::fiber&& caller) {
      std::array<volatile char, 2000> frame;
      frame[0] = 1;
      return std::move(caller);
    });
    one = std::move(one).resume();
  }
  EXPECT_EQ(pool_.statistics().opened, 1U);
  EXPECT_EQ(pool_.statistics().peak, 1U);
}

TEST_F(boost_fibers, many_live_at_once) {
  std::vector<ctx::fiber> fibers(scaled(2000));
  for (ctx::fiber& each : fibers) {
    each = ctx::fiber(std::allocator_arg, allocator_, [](ctx::fiber&& caller) {
      caller = std::move(caller).resume();
      return std::move(caller);
    });
    each = std::move(each).resume();
  }
  EXPECT_EQ(pool_.statistics().active, fibers.size());
  for (ctx::fiber& each : fibers) each = std::move(each).resume();
}

TEST_F(boost_fibers, a_refusal_reaches_the_caller) {
  stack_pool few({.maximum = 1});
  const boost_stacks allocator(few);
  const auto rest = [](ctx::fiber&& caller) { return std::move(caller); };
  ctx::fiber one(std::allocator_arg, allocator, rest);
  EXPECT_THROW(ctx::fiber(std::allocator_arg, allocator, rest), out_of_memory);
}

// In the scheduler of the examples: two wait for each other, and one of them has the handle
// of a third, which may end before it.
TEST_F(boost_fibers, a_scheduler_ends_with_fibers_that_wait_for_one_another) {
  if (sanitized) GTEST_SKIP() << "unwound frames leave marks that nobody tells sanitizers of";
  using scheduler = ::fibers::scheduler<boost_stacks>;
  std::optional<scheduler::handle> one;
  scheduler all(allocator_);
  one.emplace(all.spawn([&] {
    scheduler::handle other = all.spawn([&] { one->join(); });
    const scheduler::handle third = all.spawn([] {});
    other.join();
  }));
  EXPECT_THROW(all.run([] {}), std::logic_error);
  EXPECT_EQ(pool_.statistics().active, 2U);
}

TEST_F(boost_fibers, coroutines_of_coroutine2) {
  using coroutine = boost::coroutines2::coroutine<int>;
  coroutine::pull_type numbers(allocator_, [](coroutine::push_type& yield) {
    for (int i = 1; i <= 10; ++i) yield(i);
  });
  EXPECT_EQ(std::accumulate(begin(numbers), end(numbers), 0), 55);
}

TEST_F(boost_fibers, coroutines_pass_exceptions_on) {
  using coroutine = boost::coroutines2::coroutine<int>;
  const auto run = [&] {
    coroutine::pull_type numbers(allocator_, [](coroutine::push_type& yield) {
      yield(1);
      throw std::runtime_error("from the coroutine");
    });
    numbers();
  };
  EXPECT_THROW(run(), std::runtime_error);
}

TEST_F(boost_fibers, fibers_of_boost_fiber) {
  boost::fibers::buffered_channel<int> numbers(16);
  int sum = 0;
  boost::fibers::fiber producer(std::allocator_arg, allocator_, [&] {
    for (int i = 1; i <= 100; ++i) numbers.push(i);
    numbers.close();
  });
  boost::fibers::fiber consumer(std::allocator_arg, allocator_, [&] {
    for (const int number : numbers) sum += number;
  });
  producer.join();
  consumer.join();
  EXPECT_EQ(sum, 5050);
  boost::this_fiber::yield();  // the scheduler ends what was joined
}

TEST_F(boost_fibers, a_fiber_ends_on_another_thread) {
  shared_stack_pool shared({.name = "shared"});
  const shared_boost_stacks allocator(shared);
  ctx::fiber one(std::allocator_arg, allocator, [](ctx::fiber&& caller) {
    caller = std::move(caller).resume();
    return std::move(caller);
  });
  one = std::move(one).resume();
  std::thread([&] { one = std::move(one).resume(); }).join();
  EXPECT_EQ(shared.statistics().active, 0U);
}

__attribute__((noinline)) int recurse(int depth) {
  volatile char frame[512];
  frame[0] = static_cast<char>(depth);
  return depth == 0 ? frame[0] : recurse(depth - 1) + frame[0];
}

TEST_F(boost_fibers, an_overflow_is_named) {
  if (sanitized) GTEST_SKIP() << "sanitizers catch the fault themselves";
  const auto run = [&] {
    if (!diagnose_guard_hits()) return;
    ctx::fiber one(std::allocator_arg, boost_stacks(pool_, "parser"), [](ctx::fiber&& caller) {
      (void)recurse(100'000);
      return std::move(caller);
    });
    one = std::move(one).resume();
  };
  EXPECT_EXIT(run(), testing::KilledBySignal(SIGSEGV),
              "stack overflow: the fiber \"parser\" .* of the pool \"boost\"");
}

}  // namespace
}  // namespace strata::test
