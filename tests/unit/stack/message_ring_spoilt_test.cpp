// Message rings in memory that somebody spoilt: damage is found, and harms nobody.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <random>
#include <span>
#include <string>

#include "support/sanitized.hpp"
#include "unit/stack/ring_fixture.hpp"
#include "unit/stack/shared_bytes.hpp"

namespace strata::test {
namespace {

class spoilt_ring : public message_ring_test {
 protected:
  static constexpr std::size_t lane_bytes = 256;
  static constexpr std::size_t head = 128;  // of the first lane, from the ring
  static constexpr std::size_t tail = head + 64;
  static constexpr std::size_t data = head + 128;

  void SetUp() override { make({.lane_bytes = lane_bytes, .writers = 2}); }

  std::uint64_t& word(std::size_t offset) { return bytes_.at<std::uint64_t>(at_.offset + offset); }

  shared_bytes bytes_{region_};
};

TEST_F(spoilt_ring, a_lane_with_a_nonsensical_head_is_left_alone) {
  for (const std::uint64_t nonsense : {std::uint64_t{4}, std::uint64_t{264}, UINT64_MAX - 7}) {
    make({.lane_bytes = lane_bytes, .writers = 2});
    message_writer first = writer();
    message_writer second = writer();
    word(head) = nonsense;
    EXPECT_EQ(next(), "nothing") << nonsense;
    EXPECT_EQ(reader_->damaged_lanes(), 1U);
    second.try_write(bytes_of("unharmed"));
    EXPECT_EQ(next(), "unharmed");
  }
}

TEST_F(spoilt_ring, a_lane_with_a_nonsensical_length_is_left_alone) {
  for (const std::uint64_t nonsense :
       {std::uint64_t{17}, std::uint64_t{256}, UINT64_MAX - 1, UINT64_MAX}) {
    make({.lane_bytes = lane_bytes, .writers = 2});
    message_writer first = writer();
    first.try_write(bytes_of("12345678"));
    first.try_write(bytes_of(""));
    word(data) = nonsense;
    EXPECT_EQ(next(), "nothing") << nonsense;
    EXPECT_EQ(reader_->damaged_lanes(), 1U) << nonsense;
  }
}

TEST_F(spoilt_ring, a_lane_filled_up_beyond_its_messages_is_left_alone) {
  for (const std::uint64_t available : {8U, 16U}) {
    make({.lane_bytes = lane_bytes, .writers = 2});
    message_writer first = writer();
    for (int i = 0; i < 15; ++i) {
      first.try_write(bytes_of("12345678"));
      EXPECT_EQ(next(), "12345678");
    }
    word(data) = 0;
    word(data + 240) = UINT64_MAX;
    word(head) = 240 + available;
    EXPECT_EQ(next(), "nothing") << available;
    EXPECT_EQ(reader_->damaged_lanes(), 1U) << available;
  }
}

TEST_F(spoilt_ring, a_writer_stops_at_a_nonsensical_tail) {
  message_writer first = writer();
  while (first.try_write(bytes_of("12345678"))) continue;
  EXPECT_FALSE(first.damaged());
  word(tail) = 1000;
  EXPECT_FALSE(first.try_write(bytes_of("x")));
  EXPECT_TRUE(first.damaged());
  EXPECT_FALSE(first.wait_for_room(1, std::chrono::hours(1)));
}

TEST_F(spoilt_ring, a_writer_that_found_damage_uses_no_room_that_is_left) {
  message_writer first = writer();
  for (int i = 0; i < 10; ++i) ASSERT_TRUE(first.try_write(bytes_of("12345678")));
  word(tail) = 1000;
  EXPECT_FALSE(first.try_write(bytes_of(std::string(100, 'x'))));
  EXPECT_TRUE(first.damaged());
  EXPECT_FALSE(first.try_write(bytes_of("x"))) << "96 bytes are free";
}

// Else the lane that is next in turn would be popped, and spoilt with it.
TEST_F(spoilt_ring, a_message_that_was_shown_stays_until_pop) {
  message_writer first = writer();
  message_writer second = writer();
  first.try_write(bytes_of("shown"));
  second.try_write(bytes_of("unharmed"));
  EXPECT_EQ(text_of(reader_->front()), "shown");
  word(data) = UINT64_MAX - 1;
  EXPECT_EQ(next(), "shown");
  EXPECT_EQ(next(), "unharmed");
  second.try_write(bytes_of("and on"));
  EXPECT_EQ(next(), "and on");
  EXPECT_EQ(reader_->damaged_lanes(), 0U);
}

TEST_F(spoilt_ring, a_new_writer_passes_over_a_damaged_lane) {
  word(tail) = 1000;
  message_writer writes = writer();
  writes.try_write(bytes_of("by the second lane"));
  EXPECT_EQ(next(), "by the second lane");
  EXPECT_EQ(message_writer::attach(region_, at_).error().problem(),
            attach_problem::wrong_positions);
}

// The ring is the last in its region, so that whatever leads out of it faults.
TEST(spoilt_memory, harms_nobody) {
  std::mt19937_64 random(11);
  for (std::size_t round = 0; round < scaled(5'000); ++round) {
    shared_region region({.bytes = 4096});
    constexpr std::size_t ring_bytes = 128 + 2 * (128 + 256);
    (void)region.try_allocate(region.size() - 64 - ring_bytes, 1);
    const offset_ptr<message_ring> at =
        make_message_ring(region, {.lane_bytes = 256, .writers = 2, .sleepers = false});
    ASSERT_EQ(at.offset + ring_bytes, region.size());
    auto reader = message_reader::attach(region, at);
    auto writer = message_writer::attach(region, at);
    ASSERT_TRUE(reader && writer);
    const shared_bytes bytes(region);
    for (int step = 0; step < 30; ++step) {
      const std::size_t word = random() % (ring_bytes / 8) * 8;
      const std::uint64_t wrong = random() % 2 == 0 ? random() : random() % 80 * 8;
      if (random() % 3 == 0) bytes.at<std::uint64_t>(at.offset + word) = wrong;
      (void)writer->try_write(std::as_bytes(std::span("abcdefghijklmnop", random() % 17)));
      const std::span<const std::byte> found = reader->front();
      if (found.data() == nullptr) continue;
      const std::uint64_t begin = region.offset_of(found.data()).offset;
      ASSERT_GE(begin, at.offset);
      ASSERT_LE(begin + found.size(), region.size());
      ASSERT_LE(std::count(found.begin(), found.end(), std::byte{1}), 256) << "all can be read";
      reader->pop();
    }
  }
}

}  // namespace
}  // namespace strata::test
