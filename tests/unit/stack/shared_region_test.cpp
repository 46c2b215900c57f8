// Shared regions: the same bytes wherever they are mapped, and no harm from what others
// wrote into them.
#include <strata/stack/shared_region.hpp>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/memfd.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <strata/base/error.hpp>

#include "unit/stack/shared_bytes.hpp"

namespace strata::test {
namespace {

using testing::Test;

struct pair_of_numbers {
  std::uint64_t first = 0;
  std::uint64_t second = 0;
};

static_assert(std::is_trivially_copyable_v<offset_ptr<int>>);
static_assert(std::atomic<offset_ptr<int>>::is_always_lock_free);
static_assert(shareable<pair_of_numbers> && !shareable<std::string>);

constexpr std::size_t offset_of_version = 8;
constexpr std::size_t offset_of_header_bytes = 12;
constexpr std::size_t offset_of_bytes = 16;
constexpr std::size_t offset_of_next = 24;

TEST(shared_region, is_the_same_bytes_at_two_addresses) {
  shared_region made({.bytes = 10'000});
  const offset_ptr<pair_of_numbers> numbers = made.make<pair_of_numbers>(1U, 2U);
  made.set_root(numbers);

  attached<shared_region> other = shared_region::attach(made.file());
  ASSERT_TRUE(other) << other.error().what();
  pair_of_numbers* const here = made.get(numbers);
  pair_of_numbers* const there = other->root<pair_of_numbers>();
  ASSERT_NE(there, nullptr);
  EXPECT_NE(here, there);
  EXPECT_EQ(there->second, 2U);
  there->first = 7;
  EXPECT_EQ(here->first, 7U);
  EXPECT_EQ(other->offset_of(there), numbers);
  EXPECT_EQ(other->size(), made.size());
}

TEST(shared_region, outlives_whoever_made_it) {
  std::optional<shared_region> made(std::in_place, shared_region_options{.bytes = 4096});
  made->set_root(made->make<int>(42));
  attached<shared_region> other = shared_region::attach(made->file());
  made.reset();
  ASSERT_TRUE(other);
  EXPECT_EQ(*other->root<int>(), 42);
}

TEST(shared_region, follows_pointers_only_where_the_object_fits) {
  const shared_region region({.bytes = 4096});
  const std::size_t size = region.size();
  EXPECT_EQ(region.get(offset_ptr<int>{}), nullptr);
  EXPECT_EQ(region.get(offset_ptr<int>{32}), nullptr) << "the header is nobody's";
  EXPECT_NE(region.get(offset_ptr<int>{64}), nullptr);
  EXPECT_EQ(region.get(offset_ptr<int>{66}), nullptr) << "misaligned";
  EXPECT_NE(region.get(offset_ptr<int>{size - 4}), nullptr);
  EXPECT_EQ(region.get(offset_ptr<int>{size}), nullptr);
  EXPECT_EQ(region.get(offset_ptr<pair_of_numbers>{size - 8}), nullptr);
  EXPECT_NE(region.get(offset_ptr<std::byte>{64}, size - 64), nullptr);
  EXPECT_EQ(region.get(offset_ptr<std::byte>{64}, size - 63), nullptr);
  EXPECT_EQ(region.get(offset_ptr<int>{64}, SIZE_MAX / 2), nullptr);
  EXPECT_EQ(region.get(offset_ptr<int>{UINT64_MAX - 3}), nullptr);
  EXPECT_EQ(region.root<int>(), nullptr) << "there is none yet";
}

TEST(shared_region, gives_out_aligned_room_that_nobody_else_has) {
  shared_region region({.bytes = 20'000});
  std::mt19937 random(1);
  std::uint64_t end = 0;
  for (;;) {
    const std::size_t bytes = random() % 100;
    const std::size_t alignment = std::size_t{1} << random() % 8;
    const offset_ptr<std::byte> room = region.try_allocate(bytes, alignment);
    if (!room) break;
    EXPECT_GE(room.offset, std::max<std::uint64_t>(end, 64));
    EXPECT_EQ(room.offset % alignment, 0U);
    end = room.offset + bytes;
  }
  EXPECT_GT(end, region.size() - 300);
  using large = std::array<std::byte, 300>;
  EXPECT_THROW((void)region.make<large>(), out_of_memory);
  EXPECT_FALSE(region.try_allocate(SIZE_MAX, 1));
}

TEST(shared_region, gives_nothing_out_behind_a_position_that_was_spoilt) {
  shared_region region({.bytes = 4096});
  const shared_bytes bytes(region);
  for (const std::uint64_t spoilt :
       {std::uint64_t{0}, std::uint64_t{63}, region.size() + 1, UINT64_MAX, UINT64_MAX - 4095}) {
    bytes.at<std::uint64_t>(offset_of_next) = spoilt;
    EXPECT_FALSE(region.try_allocate(1, 1)) << spoilt;
    EXPECT_FALSE(region.try_allocate(1, 4096)) << spoilt;
  }
}

TEST(shared_region, charges_its_maker_and_nobody_else) {
  const account parent({.name = "parent"});
  {
    shared_region region({.name = "counters", .bytes = 5000, .parent = &parent});
    EXPECT_EQ(region.account()->name(), "counters");
    EXPECT_EQ(parent.usage(), 8192U);
    const attached<shared_region> other = shared_region::attach(region.file());
    EXPECT_EQ(parent.usage(), 8192U);
    const shared_region moved = std::move(region);
    EXPECT_EQ(parent.usage(), 8192U);
  }
  EXPECT_EQ(parent.usage(), 0U);
}

TEST(shared_region, is_refused_by_a_limit_and_by_the_system) {
  EXPECT_FALSE(shared_region::try_create({.bytes = 8192, .limit = 4096}));
  EXPECT_FALSE(shared_region::try_create({.bytes = SIZE_MAX}));
  EXPECT_FALSE(shared_region::try_create({.bytes = std::size_t{1} << 62}));
  try {
    const shared_region region({.name = "small", .bytes = 8192, .limit = 4096});
    FAIL();
  } catch (const out_of_memory& refused) {
    EXPECT_EQ(refused.account_name(), "small");
  }
}

// Making and attaching open one descriptor each, and that is refused: nothing stays charged.
TEST(shared_region, a_refusal_of_its_descriptor_loses_nothing) {
  const account parent({.name = "parent"});
  const shared_region made({.bytes = 4096});
  rlimit before = {};
  ASSERT_EQ(::getrlimit(RLIMIT_NOFILE, &before), 0);
  const int free_file = ::dup(made.file());
  ASSERT_GE(free_file, 0);
  ::close(free_file);
  const rlimit none = {static_cast<rlim_t>(free_file), before.rlim_max};
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &none), 0);
  const auto refused = shared_region::try_create({.bytes = 4096, .parent = &parent});
  const attached<shared_region> unattached = shared_region::attach(made.file());
  ASSERT_EQ(::setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_FALSE(refused);
  EXPECT_EQ(parent.usage(), 0U);
  ASSERT_FALSE(unattached);
  EXPECT_EQ(unattached.error().problem(), attach_problem::refused);
  EXPECT_STREQ(unattached.error().what(), "the system does not map or open this file");
}

TEST(shared_region, can_neither_shrink_nor_grow) {
  const shared_region region({.bytes = 8192});
  EXPECT_NE(::ftruncate(region.file(), 4096), 0);
  EXPECT_NE(::ftruncate(region.file(), 16'384), 0);
}

// -- What cannot be attached ----------------------------------------------------------

attach_problem problem_of(int file) {
  const attached<shared_region> region = shared_region::attach(file);
  return region ? attach_problem{-1} : region.error().problem();
}

TEST(shared_region_attach, refuses_what_is_no_sealed_file_in_memory) {
  std::array<int, 2> pipe = {};
  ASSERT_EQ(::pipe(pipe.data()), 0);
  const int unsealed = ::memfd_create("unsealed", MFD_ALLOW_SEALING);
  ASSERT_EQ(::ftruncate(unsealed, 4096), 0);
  const int empty = ::memfd_create("empty", MFD_ALLOW_SEALING);
  ASSERT_EQ(::fcntl(empty, F_ADD_SEALS, F_SEAL_SHRINK), 0);
  for (const int file : {-1, 1'000'000, pipe[0], unsealed, empty}) {
    EXPECT_EQ(problem_of(file), attach_problem::not_fixed) << file;
  }
  for (const int file : {pipe[0], pipe[1], unsealed, empty}) ::close(file);
}

TEST(shared_region_attach, refuses_what_is_too_small_for_a_header) {
  const int tiny = ::memfd_create("tiny", MFD_ALLOW_SEALING);
  ASSERT_EQ(::ftruncate(tiny, 40), 0);
  ASSERT_EQ(::fcntl(tiny, F_ADD_SEALS, F_SEAL_SHRINK), 0);
  EXPECT_EQ(problem_of(tiny), attach_problem::wrong_size);
  ::close(tiny);
}

TEST(shared_region_attach, refuses_headers_that_are_wrong_and_says_the_values) {
  const shared_region region({.bytes = 4096});
  const shared_bytes bytes(region);
  const auto spoilt = [&]<class T>(std::size_t offset, T value) {
    const T before = std::exchange(bytes.at<T>(offset), value);
    const attached<shared_region> other = shared_region::attach(region.file());
    bytes.at<T>(offset) = before;
    EXPECT_FALSE(other);
    return other.error();
  };
  EXPECT_EQ(spoilt(0, std::uint64_t{5}).problem(), attach_problem::foreign);
  EXPECT_EQ(spoilt(offset_of_header_bytes, 32U).problem(), attach_problem::wrong_size);
  EXPECT_EQ(spoilt(offset_of_bytes, std::uint64_t{8192}).problem(), attach_problem::wrong_size);
  const attach_error version = spoilt(offset_of_version, 9U);
  EXPECT_EQ(version.problem(), attach_problem::other_version);
  EXPECT_EQ(std::string_view(version.what()),
            "this was made with another version of the layout: found 9, expected 1");
  EXPECT_TRUE(shared_region::attach(region.file())) << "nothing else was wrong";
}

}  // namespace
}  // namespace strata::test
