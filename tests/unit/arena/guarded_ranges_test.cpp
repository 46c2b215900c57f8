// The ranges between guards: who is asked, and that nobody waits for ever.
#include "arena/guarded_ranges.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <semaphore>
#include <thread>

namespace strata::core {
namespace {

// | guard | usable | guard |, of a byte each
struct three_bytes {
  std::array<std::byte, 3> bytes{};
  detail::guarded_range range{"test range",     "three bytes",    bytes.data(),
                              bytes.data() + 1, bytes.data() + 2, bytes.data() + 3};
};

int explained = 0;
void count(const detail::guarded_range&, const detail::guard_hit&) noexcept { ++explained; }

TEST(guarded_ranges, only_the_range_that_was_hit_explains) {
  guarded_ranges ranges;
  three_bytes first;
  three_bytes second;
  second.range.explain = count;
  ranges.add(first.range);
  ranges.add(second.range);
  explained = 0;
  ranges.look({second.bytes.data() + 1, nullptr, nullptr});
  EXPECT_EQ(explained, 1);
  ranges.look({first.bytes.data() + 1, nullptr, nullptr});
  ranges.remove(second.range);
  ranges.look({second.bytes.data() + 1, nullptr, nullptr});
  EXPECT_EQ(explained, 1);
  EXPECT_DEATH(ranges.look({first.bytes.data() + 2, nullptr, nullptr}), "three bytes");
}

std::binary_semaphore inside{0};
std::binary_semaphore leave{0};
void stay(const detail::guarded_range&, const detail::guard_hit&) noexcept {
  inside.release();
  leave.acquire();
}

// As in the child of a fork, where the holder of the lock does not exist.
TEST(guarded_ranges, a_fault_takes_its_course_when_the_lock_stays_held) {
  guarded_ranges ranges;
  three_bytes held;
  three_bytes hit;
  held.range.explain = stay;
  hit.range.explain = count;
  ranges.add(hit.range);
  ranges.add(held.range);
  explained = 0;
  std::thread holder([&] { ranges.look({held.bytes.data(), nullptr, nullptr}); });
  inside.acquire();
  ranges.look({hit.bytes.data(), nullptr, nullptr});
  EXPECT_EQ(explained, 0);
  leave.release();
  holder.join();
}

}  // namespace
}  // namespace strata::core
