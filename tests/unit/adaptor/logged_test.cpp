#include <strata/adaptor/logged.hpp>

#include <gtest/gtest.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <set>
#include <system_error>
#include <thread>
#include <vector>

#include "adaptor/trace_format.hpp"
#include "support/captured_warnings.hpp"
#include "support/scratch_path.hpp"
#include "unit/adaptor/strict_upstream.hpp"

namespace strata {
namespace {

using test::strict_upstream;
using trace::tag;

class logged_test : public testing::Test {
 protected:
  ~logged_test() override { std::filesystem::remove(path_); }

  [[nodiscard]] std::vector<std::uint8_t> bytes() const {
    std::ifstream file(path_, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  // All events but those of threads, in their order in the file. What reads them for a
  // living, and checks more, is in bench/trace/.
  [[nodiscard]] std::vector<trace::event> events() const {
    const std::vector<std::uint8_t> all = bytes();
    std::vector<trace::event> found;
    for (std::size_t chunk = trace::chunk_bytes; chunk < all.size(); chunk += trace::chunk_bytes) {
      const std::uint8_t* next = all.data() + chunk;
      const std::uint8_t* const end = next + trace::chunk_bytes;
      trace::position at;
      while (next < end && *next != 0) {
        const auto event = trace::decode(next, end, at);
        if (!event) return found;
        if (event->tag != tag::thread) found.push_back(*event);
      }
    }
    return found;
  }

  std::string path_ = test::scratch_path("logged_test");
  strict_upstream upstream_;
};

TEST_F(logged_test, what_went_through_is_in_the_file) {
  void* first = nullptr;
  void* second = nullptr;
  {
    trace_writer writer(path_);
    logged resource(upstream_, writer);
    first = resource.allocate(100);
    second = resource.allocate(7, 4096);
    resource.deallocate(first, 100);
    resource.deallocate(nullptr, 100);
    resource.deallocate(second, 7, 4096);
  }
  const std::vector<trace::event> found = events();
  ASSERT_EQ(found.size(), 4u);
  EXPECT_EQ(found[0].tag, tag::malloc);
  EXPECT_EQ(found[0].size, 100u);
  EXPECT_EQ(found[0].address, reinterpret_cast<std::uintptr_t>(first));
  EXPECT_EQ(found[1].tag, tag::aligned);
  EXPECT_EQ(found[1].alignment_log2, 12);
  EXPECT_EQ(found[2].tag, tag::free);
  EXPECT_EQ(found[3].address, reinterpret_cast<std::uintptr_t>(second));
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_EQ(found[i].sequence, i);
}

TEST_F(logged_test, refusals_are_not_in_the_file) {
  trace_writer writer(path_);
  logged resource(upstream_, writer);
  upstream_.refuses = true;
  EXPECT_EQ(resource.try_allocate(100), nullptr);
  EXPECT_THROW(static_cast<void>(resource.allocate(100)), std::bad_alloc);
  EXPECT_TRUE(writer.flush());
  EXPECT_TRUE(events().empty());
}

TEST_F(logged_test, a_free_is_written_down_before_the_upstream_has_the_block) {
  trace_writer writer(path_);
  logged resource(upstream_, writer);
  void* const block = resource.allocate(10);
  upstream_.before_free = [&](void*, std::size_t) {
    EXPECT_TRUE(writer.flush());
    EXPECT_EQ(events().size(), 2u);
  };
  resource.deallocate(block, 10);
}

TEST_F(logged_test, the_file_can_be_read_after_each_flush_and_goes_on) {
  trace_writer writer(path_);
  EXPECT_TRUE(events().empty());
  for (std::uintptr_t i = 1; i <= 30'000; ++i) {
    writer.allocated(reinterpret_cast<const void*>(i * 64), i, 16);
    if (i % 7000 != 0) continue;
    EXPECT_TRUE(writer.flush());
    ASSERT_EQ(events().size(), i);
  }
  EXPECT_TRUE(writer.flush());
  const std::vector<trace::event> found = events();
  ASSERT_EQ(found.size(), 30'000u);
  for (std::size_t i = 0; i < found.size(); ++i) {
    ASSERT_EQ(found[i].size, i + 1);
    ASSERT_EQ(found[i].sequence, i);
  }
  trace::file_header header;
  std::memcpy(&header, bytes().data(), sizeof(header));
  EXPECT_EQ(header.chunks, bytes().size() / trace::chunk_bytes - 1);
  EXPECT_GE(header.chunks, 3u);
  EXPECT_EQ(header.crc, trace::crc(header));
}

TEST_F(logged_test, threads_lose_no_event_and_no_number) {
  trace_writer writer(path_);
  const auto work = [&](std::uintptr_t from) {
    for (std::uintptr_t i = 0; i < 5000; ++i) {
      writer.allocated(reinterpret_cast<const void*>(from + i * 16), 16, 16);
      writer.released(reinterpret_cast<const void*>(from + i * 16));
    }
  };
  std::vector<std::thread> threads;
  for (std::uintptr_t i = 1; i <= 4; ++i) threads.emplace_back(work, i << 32);
  for (std::thread& each : threads) each.join();
  EXPECT_TRUE(writer.flush());
  std::set<std::uint64_t> numbers;
  for (const trace::event& each : events()) numbers.insert(each.sequence);
  EXPECT_EQ(numbers.size(), 40'000u);
  EXPECT_EQ(*numbers.rbegin(), 39'999u);
}

TEST_F(logged_test, a_file_that_cannot_be_made_is_said_by_its_name) {
  try {
    trace_writer writer("/no/such/folder/trace");
    FAIL();
  } catch (const std::system_error& refusal) {
    EXPECT_EQ(refusal.code(), std::errc::no_such_file_or_directory);
    EXPECT_NE(std::string(refusal.what()).find("/no/such/folder/trace"), std::string::npos);
  }
}

TEST_F(logged_test, a_full_disk_ends_the_recording_with_one_warning) {
  if (!std::filesystem::exists("/dev/full")) GTEST_SKIP();
  const test::captured_warnings warnings;
  EXPECT_THROW(trace_writer("/dev/full"), std::system_error);
  EXPECT_NE(warnings.text().find("recording stops"), std::string::npos);
}

}  // namespace
}  // namespace strata
