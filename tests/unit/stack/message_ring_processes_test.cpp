// Message rings between processes: children that write, read, sleep, and die in the
// middle of it.
#include <strata/stack/message_reader.hpp>
#include <strata/stack/message_writer.hpp>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <chrono>
#include <cstring>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "support/sanitized.hpp"

namespace strata::test {
namespace {

using namespace std::chrono_literals;

// A child process, killed at the end unless it was waited for.
class child {
 public:
  // `work` says whether all went well. What fails with an exception did not.
  explicit child(const std::function<bool()>& work) : id_(::fork()) {
    if (id_ == 0) ::_exit(work() ? 0 : 1);
  }
  child(const child&) = delete;
  child& operator=(const child&) = delete;
  ~child() {
    if (id_ > 0) kill();
  }

  [[nodiscard]] bool succeeded() { return wait() == 0; }

  // Not that it failed before it came to that.
  [[nodiscard]] bool killed_itself() {
    const int status = wait();
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
  }

  void kill() {
    ::kill(id_, SIGKILL);
    (void)wait();
  }

 private:
  int wait() {
    int status = -1;
    if (id_ > 0) ::waitpid(id_, &status, 0);
    id_ = 0;
    return status;
  }

  pid_t id_;
};

// A message of some length, all of whose words are alike.
bool write_number(message_writer& writer, std::uint32_t number) {
  std::array<std::uint32_t, 20> words;
  words.fill(number);
  const auto message = std::as_bytes(std::span(words)).first((1 + number % 20) * sizeof(number));
  while (!writer.try_write(message)) {
    if (!writer.wait_for_room(message.size(), 1s) && !writer.reader_attached()) return false;
  }
  return true;
}

std::uint32_t number_in(std::span<const std::byte> message) {
  std::uint32_t number = 0;
  std::memcpy(&number, message.data(), sizeof(number));
  EXPECT_EQ(message.size(), (1 + number % 20) * sizeof(number));
  for (std::size_t at = 0; at < message.size(); at += sizeof(number)) {
    EXPECT_EQ(std::memcmp(message.data() + at, &number, sizeof(number)), 0) << "torn";
  }
  return number;
}

// What a child knows is the descriptor; it finds the ring at the root.
bool write_numbers(int file, std::uint32_t first, std::uint32_t count) {
  auto region = shared_region::attach(file);
  if (!region) return false;
  auto writer = message_writer::attach(*region, region->root_offset<message_ring>());
  for (std::uint32_t i = 0; writer && i < count; ++i) {
    if (!write_number(*writer, first + i)) return false;
  }
  return bool{writer};
}

class message_ring_processes : public testing::Test {
 protected:
  void make(const message_ring_options& options) {
    at_ = make_message_ring(region_, options);
    region_.set_root(at_);
  }

  message_reader reader() {
    attached<message_reader> made = message_reader::attach(region_, at_);
    EXPECT_TRUE(made);
    return std::move(*made);
  }

  shared_region region_{{.bytes = 1 << 20}};
  offset_ptr<message_ring> at_;
};

TEST_F(message_ring_processes, several_children_write_to_one_reader) {
  constexpr std::uint32_t children = 3;
  const auto each = static_cast<std::uint32_t>(scaled(20'000));
  make({.lane_bytes = 512, .writers = children});
  message_reader reads = reader();
  std::vector<std::unique_ptr<child>> writing;
  for (std::uint32_t i = 0; i < children; ++i) {
    writing.push_back(
        std::make_unique<child>([&, i] { return write_numbers(region_.file(), i * each, each); }));
  }
  std::vector<std::uint32_t> expected = {0, each, 2 * each};
  for (std::uint32_t read = 0; read < children * each;) {
    if (!reads.wait(1s)) continue;
    const std::uint32_t number = number_in(reads.front());
    ASSERT_EQ(number, expected[number / each]++);
    reads.pop();
    ++read;
  }
  for (const auto& one : writing) EXPECT_TRUE(one->succeeded());
  EXPECT_TRUE(reads.ended());
}

TEST_F(message_ring_processes, a_writer_dies_in_the_middle_of_a_message) {
  make({});
  message_reader reads = reader();
  {
    child dies([&] {
      auto writer = message_writer::attach(region_, at_);
      if (!writer || !write_number(*writer, 3)) return false;
      std::memset(writer->try_reserve(500).data(), 0xAA, 500);
      ::raise(SIGKILL);
      return true;
    });
    EXPECT_TRUE(dies.killed_itself());
  }
  EXPECT_EQ(reads.writers(), 0U) << "its death is known";
  EXPECT_EQ(number_in(reads.front()), 3U);
  reads.pop();
  EXPECT_TRUE(reads.ended()) << "half a message is none";
  child heir([&] { return write_numbers(region_.file(), 4, 1); });
  EXPECT_TRUE(heir.succeeded()) << "its lane is free";
  EXPECT_EQ(number_in(reads.front()), 4U);
}

// Killed wherever it happens to be. Its messages up to there are whole and in order.
TEST_F(message_ring_processes, writers_die_anywhere) {
  make({.lane_bytes = 512});
  message_reader reads = reader();
  for (std::uint32_t round = 0; round < 30; ++round) {
    std::uint32_t expected = 0;
    const auto read_all = [&] {
      for (; reads.front().data() != nullptr; reads.pop()) {
        ASSERT_EQ(number_in(reads.front()), expected++);
      }
    };
    {
      child dies([&] { return write_numbers(region_.file(), 0, UINT32_MAX); });
      while (expected < 20 * round + 1) {
        (void)reads.wait(1s);
        read_all();
      }
      dies.kill();
    }
    read_all();
    ASSERT_TRUE(reads.ended());
    ASSERT_EQ(reads.damaged_lanes(), 0U);
  }
}

TEST_F(message_ring_processes, a_reader_dies_and_the_next_goes_on) {
  make({});
  auto writer = message_writer::attach(region_, at_);
  ASSERT_TRUE(writer);
  EXPECT_FALSE(writer->reader_attached());
  for (std::uint32_t i = 0; i < 3; ++i) EXPECT_TRUE(write_number(*writer, i));
  child dies([&] {
    auto region = shared_region::attach(region_.file());
    auto reads = message_reader::attach(*region, at_);
    if (!reads || number_in(reads->front()) != 0) return false;
    reads->pop();
    if (number_in(reads->front()) != 1) return false;
    ::raise(SIGKILL);
    return true;
  });
  EXPECT_TRUE(dies.killed_itself());
  EXPECT_FALSE(writer->reader_attached()) << "its death is known";
  message_reader reads = reader();
  EXPECT_EQ(number_in(reads.front()), 1U) << "what it did not pop";
}

// Two rings, and a child that sleeps until it is asked.
TEST_F(message_ring_processes, a_child_answers) {
  make({});
  const offset_ptr<message_ring> answers = make_message_ring(region_);
  const auto rounds = static_cast<std::uint32_t>(scaled(5'000));
  child answering([&] {
    auto asked = message_reader::attach(region_, at_);
    auto answer = message_writer::attach(region_, answers);
    for (std::uint32_t i = 0; asked && answer && i < rounds;) {
      if (!asked->wait(1s)) continue;
      if (!write_number(*answer, number_in(asked->front()) + 1)) return false;
      asked->pop();
      ++i;
    }
    return asked && answer;
  });
  auto ask = message_writer::attach(region_, at_);
  message_reader answered = std::move(*message_reader::attach(region_, answers));
  for (std::uint32_t i = 0; i < rounds; ++i) {
    ASSERT_TRUE(write_number(*ask, i));
    while (!answered.wait(1s)) continue;
    ASSERT_EQ(number_in(answered.front()), i + 1);
    answered.pop();
  }
  EXPECT_TRUE(answering.succeeded());
}

}  // namespace
}  // namespace strata::test
