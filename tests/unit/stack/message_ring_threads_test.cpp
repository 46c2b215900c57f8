// Ends of message rings on several threads: what ThreadSanitizer looks at, and sleep
// on both sides.
#include <strata/stack/message_reader.hpp>
#include <strata/stack/message_writer.hpp>

#include <gtest/gtest.h>

#include <array>
#include <chrono>
#include <cstdint>
#include <cstring>
#include <functional>
#include <span>
#include <thread>
#include <vector>

#include "support/sanitized.hpp"

namespace strata::test {
namespace {

using namespace std::chrono_literals;

struct numbered {
  std::uint32_t writer;
  std::uint32_t number;
};

// A message of some length that says who wrote it, again and again.
std::span<const std::byte> fill(std::span<std::byte> room, numbered by) {
  for (std::size_t at = 0; at + sizeof(by) <= room.size(); at += sizeof(by)) {
    std::memcpy(room.data() + at, &by, sizeof(by));
  }
  return room;
}

numbered whole(std::span<const std::byte> message) {
  numbered by = {};
  std::memcpy(&by, message.data(), sizeof(by));
  for (std::size_t at = 0; at < message.size(); at += sizeof(by)) {
    EXPECT_EQ(std::memcmp(message.data() + at, &by, sizeof(by)), 0);
  }
  return by;
}

// All in one mapping: of another one ThreadSanitizer would not know that it is the same.
void write_all(const shared_region& region, offset_ptr<message_ring> at, std::uint32_t writer,
               std::uint32_t count) {
  attached<message_writer> end = message_writer::attach(region, at);
  ASSERT_TRUE(end);
  std::array<std::byte, 64> buffer;
  for (std::uint32_t i = 0; i < count; ++i) {
    const std::size_t bytes = (1 + i % 7) * sizeof(numbered);
    const auto message = fill(std::span(buffer).first(bytes), {writer, i});
    while (!end->try_write(message)) (void)end->wait_for_room(bytes, 1s);
  }
}

void run(bool sleepers, std::uint32_t messages) {
  shared_region region({.bytes = 1 << 16});
  std::array<std::uint32_t, 3> read = {};
  const offset_ptr<message_ring> at =
      make_message_ring(region, {.lane_bytes = 256, .writers = read.size(), .sleepers = sleepers});
  attached<message_reader> reader = message_reader::attach(region, at);
  ASSERT_TRUE(reader);

  std::vector<std::thread> threads;
  for (std::uint32_t i = 0; i < read.size(); ++i) {
    threads.emplace_back(write_all, std::cref(region), at, i, messages);
  }
  for (std::size_t all = 0; all < read.size() * messages;) {
    if (!reader->wait(1s)) continue;
    const numbered by = whole(reader->front());
    reader->pop();
    ++all;
    ASSERT_LT(by.writer, read.size());
    EXPECT_EQ(by.number, read[by.writer]++) << "in order, and none is lost";
  }
  for (std::thread& each : threads) each.join();
  EXPECT_TRUE(reader->ended());
  EXPECT_EQ(reader->damaged_lanes(), 0U);
}

TEST(message_ring_threads, several_writers_that_sleep) {
  run(true, static_cast<std::uint32_t>(scaled(40'000)));
}

TEST(message_ring_threads, several_writers_that_look_again) {
  run(false, static_cast<std::uint32_t>(scaled(4'000)));
}

}  // namespace
}  // namespace strata::test
