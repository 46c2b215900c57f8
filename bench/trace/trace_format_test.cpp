// The format from inside: what is written is read again, and no flipped bit goes
// unnoticed.
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <filesystem>
#include <fstream>
#include <limits>
#include <vector>

#include "adaptor/trace_format.hpp"
#include "instrument/mapped_resource.hpp"
#include "trace/player.hpp"

namespace strata::trace {
namespace {

using file_image = std::vector<std::uint8_t>;
constexpr std::uint64_t greatest = std::numeric_limits<std::uint64_t>::max();

// A trace put together in memory; each list of events becomes a chunk.
file_image make_image(const std::vector<std::vector<event>>& chunks) {
  file_image image((chunks.size() + 1) * chunk_bytes);
  file_header header{};
  header.magic = magic;
  header.version = version;
  header.chunk_bytes = chunk_bytes;
  header.process = 42;
  header.program[0] = 'x';
  header.crc = crc(header);
  header.chunks = chunks.size();
  std::memcpy(image.data(), &header, sizeof(header));
  for (std::size_t i = 0; i < chunks.size(); ++i) {
    std::uint8_t* next = image.data() + (i + 1) * chunk_bytes;
    position at;
    for (const event& each : chunks[i]) next += encode(each, at, next);
  }
  return image;
}

class trace_file : public testing::Test {
 protected:
  ~trace_file() override { std::filesystem::remove(path_); }

  recorded_trace read(const file_image& image) {
    std::ofstream(path_, std::ios::binary)
        .write(reinterpret_cast<const char*>(image.data()),
               static_cast<std::streamsize>(image.size()));
    return read_trace(path_, &memory_);
  }

  // Of the file that was read last, with other bits.
  void expect_refused(const file_image& image, std::size_t at, std::uint8_t flipped) {
    std::fstream file(path_, std::ios::binary | std::ios::in | std::ios::out);
    const auto put = [&](int byte) {
      file.seekp(static_cast<std::streamoff>(at)).put(static_cast<char>(byte)).flush();
    };
    put(image[at] ^ flipped);
    EXPECT_THROW(static_cast<void>(read_trace(path_, &memory_)), damaged_trace)
        << "byte " << at << ", bits " << int{flipped};
    put(image[at]);
  }

  bench::mapped_resource memory_;

 private:
  std::string path_ = testing::TempDir() + "trace_format_test." + std::to_string(::getpid());
};

event on_thread(std::uint64_t number) { return {.tag = tag::thread, .size = number}; }

// Two threads; the second one frees a block of the first, which uses its address again.
std::vector<std::vector<event>> two_threads() {
  return {{on_thread(0),
           {.tag = tag::malloc, .sequence = 0, .address = 0x7f00'0000'1000, .size = 48},
           {.tag = tag::calloc, .sequence = 1, .address = 0x1000, .size = 70'000},
           {.tag = tag::malloc, .sequence = 4, .address = 0x7f00'0000'1000, .size = 0},
           {.tag = tag::realloc_from, .sequence = 5, .address = 0x1000},
           {.tag = tag::realloc_to, .sequence = 6, .address = 0x2000, .size = 90'000}},
          {on_thread(1),
           {.tag = tag::aligned,
            .alignment_log2 = 12,
            .sequence = 2,
            .address = 0x10'0000,
            .size = greatest >> 20},
           {.tag = tag::free, .sequence = 3, .address = 0x7f00'0000'1000},
           on_thread(2),
           {.tag = tag::free, .sequence = 7, .address = 0x2000},
           {.tag = tag::free, .sequence = 8, .address = 0},
           {.tag = tag::free, .sequence = 9, .address = 0xdead'0000}}};
}

TEST(trace_format, an_event_survives) {
  for (const std::uint64_t value : {std::uint64_t{0}, std::uint64_t{127}, std::uint64_t{128},
                                    std::uint64_t{1} << 47, greatest}) {
    const event given{.tag = tag::aligned,
                      .alignment_log2 = 63,
                      .sequence = value,
                      .address = value,
                      .size = value};
    std::array<std::uint8_t, event_bytes_max> bytes{};
    position written{.sequence = 5, .address = 9};
    position read = written;
    const std::size_t length = encode(given, written, bytes.data());
    const std::uint8_t* next = bytes.data();
    const auto got = decode(next, bytes.data() + bytes.size(), read);
    ASSERT_TRUE(got.has_value());
    EXPECT_EQ(got->sequence, value);
    EXPECT_EQ(got->address, value);
    EXPECT_EQ(got->size, value);
    EXPECT_EQ(got->alignment_log2, 63);
    EXPECT_EQ(next, bytes.data() + length);
    EXPECT_EQ(written.address, read.address);
  }
}

TEST(trace_format, an_event_cut_short_is_none) {
  const event given{.tag = tag::malloc, .sequence = 1000, .address = 0x1234'5678, .size = 5000};
  std::array<std::uint8_t, event_bytes_max> bytes{};
  position written;
  const std::size_t length = encode(given, written, bytes.data());
  for (std::size_t cut = 0; cut < length; ++cut) {
    position read;
    const std::uint8_t* next = bytes.data();
    EXPECT_FALSE(decode(next, bytes.data() + cut, read).has_value()) << cut;
    EXPECT_EQ(next, bytes.data());
  }
}

TEST_F(trace_file, is_read_in_the_order_of_its_numbers) {
  const recorded_trace found = read(make_image(two_threads()));
  EXPECT_EQ(found.process, 42U);
  EXPECT_EQ(found.program, "x");
  ASSERT_EQ(found.events.size(), 10U);
  const std::vector<std::uint32_t> threads{0, 0, 1, 1, 0, 0, 0, 2, 2, 2};
  for (std::size_t i = 0; i < found.events.size(); ++i) {
    EXPECT_EQ(found.events[i].event.sequence, i);
    EXPECT_EQ(found.events[i].thread, threads[i]);
  }
}

TEST_F(trace_file, every_flipped_bit_is_noticed) {
  const file_image image = make_image(two_threads());
  ASSERT_EQ(read(image).events.size(), 10U);
  for (const std::size_t begin : {std::size_t{0}, chunk_bytes, 2 * chunk_bytes}) {
    for (std::size_t in_chunk = 0; in_chunk < chunk_bytes; in_chunk += in_chunk < 300 ? 1 : 4001) {
      const std::size_t at = begin + in_chunk;
      // What follows the last event may be left of a torn one, so it says nothing.
      const bool may_be_torn = begin > 0 && in_chunk < 120 && image[at] == 0;
      for (unsigned bit = 0; bit < 8 && !may_be_torn; ++bit) {
        expect_refused(image, at, static_cast<std::uint8_t>(1U << bit));
      }
    }
  }
}

TEST_F(trace_file, every_truncation_is_noticed) {
  const file_image image = make_image(two_threads());
  for (std::size_t length = 0; length < image.size(); length += 4099) {
    const file_image cut(image.begin(), image.begin() + static_cast<std::ptrdiff_t>(length));
    EXPECT_THROW(static_cast<void>(read(cut)), damaged_trace) << length;
  }
}

TEST_F(trace_file, a_torn_event_at_the_end_was_not_written) {
  auto chunks = two_threads();
  file_image image = make_image(chunks);
  position at;
  std::size_t last = chunk_bytes;
  for (std::size_t i = 0; i + 1 < chunks[0].size(); ++i) {
    std::array<std::uint8_t, event_bytes_max> ignored{};
    last += encode(chunks[0][i], at, ignored.data());
  }
  image[last] = 0;
  EXPECT_EQ(read(image).events.size(), 9U);
}

TEST_F(trace_file, an_event_twice_is_noticed) {
  auto chunks = two_threads();
  chunks[1].push_back({.tag = tag::free, .sequence = 3, .address = 0});
  EXPECT_THROW(static_cast<void>(read(make_image(chunks))), damaged_trace);
}

TEST_F(trace_file, another_version_is_refused) {
  file_image image = make_image({});
  image[offsetof(file_header, version)] = 2;
  EXPECT_THROW(static_cast<void>(read(image)), damaged_trace);
}

std::string told(const recorded_trace& trace, std::pmr::memory_resource* memory, oddities& odd) {
  std::string text;
  odd = follow_history(trace, memory, [&](const step& what) {
    text += std::string(name_of(what.kind)) + " " + std::to_string(what.block) + ", ";
  });
  return text;
}

TEST_F(trace_file, history_names_blocks) {
  auto chunks = two_threads();
  chunks[1][1].size = 64;
  oddities odd;
  EXPECT_EQ(told(read(make_image(chunks)), &memory_, odd),
            "malloc 0, calloc 1, aligned 2, free 0, malloc 3, realloc 1, free 1, free_null 0, ");
  EXPECT_EQ(odd.unknown_frees, 1U);
  EXPECT_EQ(odd.missed_frees, 0U);
}

TEST_F(trace_file, history_refuses_impossible_sizes) {
  auto chunks = two_threads();
  chunks[1][1].size = greatest;
  oddities odd;
  const recorded_trace trace = read(make_image(chunks));
  EXPECT_THROW(told(trace, &memory_, odd), damaged_trace);
}

TEST_F(trace_file, history_follows_reallocations_that_fail_or_free) {
  const recorded_trace trace =
      read(make_image({{on_thread(0),
                        {.tag = tag::malloc, .sequence = 0, .address = 0x1000, .size = 1},
                        {.tag = tag::realloc_from, .sequence = 1, .address = 0x1000},
                        {.tag = tag::realloc_to, .sequence = 2, .address = 0, .size = 1'000'000},
                        {.tag = tag::realloc_from, .sequence = 3, .address = 0x1000},
                        {.tag = tag::realloc_to, .sequence = 4, .address = 0, .size = 0},
                        {.tag = tag::realloc_from, .sequence = 5, .address = 0},
                        {.tag = tag::realloc_to, .sequence = 6, .address = 0x1000, .size = 8},
                        {.tag = tag::malloc, .sequence = 7, .address = 0x1000, .size = 8}}}));
  oddities odd;
  EXPECT_EQ(told(trace, &memory_, odd), "malloc 0, free 0, malloc 1, free 1, malloc 2, ");
  EXPECT_EQ(odd.missed_frees, 1U);
}

TEST_F(trace_file, a_free_waits_for_its_block) {
  const std::uint64_t blocks = 500;
  std::vector<std::vector<event>> chunks{{on_thread(0)}, {on_thread(1)}};
  for (std::uint64_t i = 0; i < blocks; ++i) {
    chunks[i % 2].push_back({.tag = tag::malloc, .sequence = 2 * i, .address = 0x1000, .size = 32});
    chunks[1 - i % 2].push_back({.tag = tag::free, .sequence = 2 * i + 1, .address = 0x1000});
  }
  const replay_plan plan = make_plan(read(make_image(chunks)), true, &memory_);
  EXPECT_EQ(plan.streams.size(), 2U);
  EXPECT_EQ(plan.lanes.size(), 2U);
  const replay_result result = play(plan, touch::all, &memory_);
  EXPECT_EQ(result.damaged, 0U);
  EXPECT_EQ(result.refused, 0U);
}

TEST_F(trace_file, threads_that_follow_one_another_share_a_lane) {
  std::vector<event> events;
  for (std::uint64_t i = 0; i < 10; ++i) {
    events.push_back(on_thread(i));
    events.push_back({.tag = tag::malloc, .sequence = i, .address = 0x1000 * (i + 1), .size = 32});
  }
  const replay_plan plan = make_plan(read(make_image({events})), true, &memory_);
  EXPECT_EQ(plan.streams.size(), 10U);
  EXPECT_EQ(plan.lanes.size(), 1U);
  EXPECT_EQ(play(plan, touch::ends, &memory_).damaged, 0U);
}

}  // namespace
}  // namespace strata::trace
