// Message rings in one process: order, wrap-around against a model, ends that come and
// go, and what is not attached.
#include <strata/stack/message_reader.hpp>
#include <strata/stack/message_writer.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <deque>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <strata/base/error.hpp>

#include "support/sanitized.hpp"
#include "unit/stack/ring_fixture.hpp"
#include "unit/stack/shared_bytes.hpp"

namespace strata::test {
namespace {

using namespace std::chrono_literals;

TEST_F(message_ring_test, messages_arrive_whole_and_in_order) {
  make({});
  message_writer writes = writer();
  EXPECT_EQ(next(), "nothing");
  for (const std::string_view text : {"one", "", "three, which is longer", "12345678"}) {
    EXPECT_TRUE(writes.try_write(bytes_of(text)));
  }
  EXPECT_EQ(text_of(reader_->front()), "one");
  EXPECT_EQ(text_of(reader_->front()), "one") << "it stays until pop";
  EXPECT_EQ(next(), "one");
  EXPECT_EQ(next(), "");
  EXPECT_EQ(next(), "three, which is longer");
  EXPECT_EQ(next(), "12345678");
  EXPECT_EQ(next(), "nothing");
}

TEST_F(message_ring_test, messages_are_made_in_place) {
  make({});
  message_writer writes = writer();
  const std::span<std::byte> room = writes.try_reserve(100);
  ASSERT_EQ(room.size(), 100U);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(room.data()) % 8, 0U);
  EXPECT_EQ(next(), "nothing") << "not before it is committed";
  std::memcpy(room.data(), "short", 5);
  writes.commit(5);
  EXPECT_EQ(next(), "short");
}

TEST_F(message_ring_test, nothing_shows_of_a_message_before_it_is_committed) {
  make({.lane_bytes = 256});
  message_writer writes = writer();
  for (std::size_t i = 0; i < 100; ++i) {
    const std::span<std::byte> room = writes.try_reserve(i % 121);
    ASSERT_NE(room.data(), nullptr);
    EXPECT_EQ(next(), "nothing");
    writes.commit(room.size());
    EXPECT_EQ(next().size(), room.size());
  }
  EXPECT_EQ(reader_->damaged_lanes(), 0U);
}

TEST_F(message_ring_test, the_longest_fits_wherever_the_ring_stands) {
  make({.lane_bytes = 256});
  message_writer writes = writer();
  EXPECT_EQ(writes.message_max(), 120U);
  const std::string longest(120, 'x');
  EXPECT_FALSE(writes.try_write(bytes_of(longest + "y")));
  for (std::size_t i = 0; i < 100; ++i) {
    ASSERT_TRUE(writes.try_write(bytes_of(std::string(i % 40, 'a'))));
    ASSERT_EQ(next(), std::string(i % 40, 'a'));
    ASSERT_TRUE(writes.try_write(bytes_of(longest))) << i;
    ASSERT_EQ(next(), longest);
  }
}

TEST_F(message_ring_test, a_full_ring_refuses_until_something_is_popped) {
  make({.lane_bytes = 256});
  message_writer writes = writer();
  int written = 0;
  while (writes.try_write(bytes_of("12345678"))) ++written;
  EXPECT_EQ(written, 16) << "of 16 bytes each";
  EXPECT_FALSE(writes.wait_for_room(8, 0ns));
  (void)next();
  EXPECT_TRUE(writes.wait_for_room(8, 0ns));
  EXPECT_TRUE(writes.try_write(bytes_of("last")));
  for (int i = 1; i < written; ++i) EXPECT_EQ(next(), "12345678");
  EXPECT_EQ(next(), "last");
}

// Random messages in and out, in rings of several sizes, beside a queue of strings.
TEST_F(message_ring_test, random_messages_agree_with_a_model) {
  std::mt19937 random(7);
  for (const std::size_t lane_bytes : {256U, 512U, 4096U}) {
    make({.lane_bytes = lane_bytes});
    message_writer writes = writer();
    std::deque<std::string> model;
    for (std::size_t step = 0; step < scaled(200'000); ++step) {
      if (random() % 2 == 0) {
        const std::string text(random() % (writes.message_max() + 1),
                               static_cast<char>('a' + step % 26));
        if (writes.try_write(bytes_of(text))) model.push_back(text);
      } else if (model.empty()) {
        ASSERT_EQ(reader_->front().data(), nullptr);
      } else {
        ASSERT_EQ(next(), model.front());
        model.pop_front();
      }
    }
    while (!model.empty()) {
      ASSERT_EQ(next(), model.front());
      model.pop_front();
    }
    EXPECT_EQ(next(), "nothing");
    EXPECT_EQ(reader_->damaged_lanes(), 0U);
  }
}

// A refusal must be true: with so much unread, a record and what is filled up before it
// cannot fit.
TEST_F(message_ring_test, an_empty_ring_never_refuses) {
  make({.lane_bytes = 256});
  message_writer writes = writer();
  std::mt19937 random(3);
  for (int i = 0; i < 10'000; ++i) {
    const std::string text(random() % 121, 'x');
    ASSERT_TRUE(writes.try_write(bytes_of(text)));
    ASSERT_EQ(next(), text);
  }
}

TEST_F(message_ring_test, lanes_are_read_in_turn) {
  make({.writers = 3});
  message_writer a = writer();
  message_writer b = writer();
  for (const char* const text : {"a1", "a2", "a3"}) a.try_write(bytes_of(text));
  b.try_write(bytes_of("b1"));
  EXPECT_EQ(next(), "a1");
  EXPECT_EQ(next(), "b1");
  EXPECT_EQ(next(), "a2");
  EXPECT_EQ(next(), "a3");
  EXPECT_EQ(next(), "nothing");
}

// -- Ends that come and go ------------------------------------------------------------

TEST_F(message_ring_test, each_end_exists_once) {
  make({.writers = 2});
  EXPECT_EQ(message_reader::attach(region_, at_).error().problem(), attach_problem::taken);
  message_writer first = writer();
  std::optional<message_writer> second(writer());
  EXPECT_EQ(message_writer::attach(region_, at_).error().problem(), attach_problem::taken);
  EXPECT_EQ(reader_->writers(), 2U);
  second.reset();
  EXPECT_EQ(reader_->writers(), 1U);
  const message_writer third = writer();
  EXPECT_TRUE(first.reader_attached());
  reader_.reset();
  EXPECT_FALSE(first.reader_attached());
}

TEST_F(message_ring_test, ends_are_claimed_whichever_mapping_they_use) {
  make({});
  attached<shared_region> other = shared_region::attach(region_.file());
  const message_writer here = writer();
  EXPECT_EQ(message_writer::attach(*other, at_).error().problem(), attach_problem::taken);
}

TEST_F(message_ring_test, two_rings_of_a_region_have_nothing_in_common) {
  make({});
  const message_writer here = writer();
  const offset_ptr<message_ring> other = make_message_ring(region_, {.lane_bytes = 256});
  EXPECT_TRUE(message_writer::attach(region_, other));
  EXPECT_TRUE(message_reader::attach(region_, other));
}

TEST_F(message_ring_test, a_message_that_was_not_finished_never_was) {
  make({});
  {
    message_writer dies = writer();
    dies.try_write(bytes_of("finished"));
    const std::span<std::byte> room = dies.try_reserve(100);
    std::memset(room.data(), 0xFF, room.size());
  }
  message_writer next_one = writer();
  next_one.try_write(bytes_of("of the next"));
  EXPECT_EQ(next(), "finished");
  EXPECT_EQ(next(), "of the next");
  EXPECT_EQ(next(), "nothing");
}

TEST_F(message_ring_test, what_was_not_popped_comes_again_to_the_next_reader) {
  make({.lane_bytes = 256});
  message_writer writes = writer();
  for (int i = 0; i < 100; ++i) {
    const std::string text = std::to_string(i);
    ASSERT_TRUE(writes.try_write(bytes_of(text)));
    EXPECT_EQ(text_of(reader_->front()), text);
    reader_.reset();
    reader_.emplace(std::move(*message_reader::attach(region_, at_)));
    ASSERT_EQ(next(), text);
  }
}

TEST_F(message_ring_test, has_ended_when_the_writers_are_gone_and_all_is_read) {
  make({});
  std::optional<message_writer> writes(writer());
  EXPECT_FALSE(reader_->ended());
  writes->try_write(bytes_of("last"));
  writes.reset();
  EXPECT_FALSE(reader_->ended());
  EXPECT_EQ(next(), "last");
  EXPECT_TRUE(reader_->ended());
}

TEST_F(message_ring_test, waiting_ends_at_its_time) {
  for (const bool sleepers : {true, false}) {
    make({.sleepers = sleepers});
    EXPECT_FALSE(reader_->wait(0ns));
    EXPECT_FALSE(reader_->wait(-1ns));
    EXPECT_FALSE(reader_->wait(1us));
    message_writer writes = writer();
    writes.try_write(bytes_of("x"));
    EXPECT_TRUE(reader_->wait(std::chrono::nanoseconds::max()));
  }
}

// -- Options and attaching ------------------------------------------------------------

TEST_F(message_ring_test, options_that_contradict_themselves) {
  for (const std::size_t bytes : {0UL, 128UL, 257UL, 3000UL, 1UL << 41}) {
    EXPECT_EQ(check({.lane_bytes = bytes})->problem(), ring_config_problem::lane_out_of_range);
  }
  EXPECT_EQ(check({.writers = 0})->problem(), ring_config_problem::writers_out_of_range);
  EXPECT_EQ(check({.writers = 1025})->problem(), ring_config_problem::writers_out_of_range);
  EXPECT_FALSE(check({.lane_bytes = 256, .writers = 1024}));
  EXPECT_THROW(make_message_ring(region_, {.writers = 0}), invalid_ring_config);
  EXPECT_THROW(make_message_ring(region_, {.lane_bytes = 1 << 20}), out_of_memory);
}

TEST_F(message_ring_test, what_is_no_ring_is_not_attached) {
  make({.writers = 2});
  const shared_bytes bytes(region_);
  const auto problem = [&](offset_ptr<message_ring> at) {
    const attached<message_writer> end = message_writer::attach(region_, at);
    return end ? attach_problem{-1} : end.error().problem();
  };
  const auto spoilt = [&]<class T>(std::size_t offset, T value) {
    const T before = std::exchange(bytes.at<T>(at_.offset + offset), value);
    const attach_problem found = problem(at_);
    bytes.at<T>(at_.offset + offset) = before;
    return found;
  };
  EXPECT_EQ(problem({}), attach_problem::outside);
  EXPECT_EQ(problem({at_.offset + 8}), attach_problem::outside);
  EXPECT_EQ(problem({region_.size()}), attach_problem::outside);
  EXPECT_EQ(problem({at_.offset + 64}), attach_problem::foreign);
  EXPECT_EQ(spoilt(8, 2U), attach_problem::other_version);
  EXPECT_EQ(spoilt(12, 0U), attach_problem::wrong_size);
  EXPECT_EQ(spoilt(12, 1000U), attach_problem::wrong_size) << "more than the region has";
  EXPECT_EQ(spoilt(16, std::uint64_t{1} << 20), attach_problem::wrong_size);
  EXPECT_EQ(spoilt(16, std::uint64_t{100}), attach_problem::wrong_size);
  EXPECT_EQ(problem(at_), attach_problem{-1});
}

TEST_F(message_ring_test, what_is_no_ring_is_named_with_its_value) {
  make({});
  const shared_bytes bytes(region_);
  const auto words = [&](offset_ptr<message_ring> at) {
    return std::string(message_writer::attach(region_, at).error().what());
  };
  EXPECT_EQ(words({at_.offset + 8}), "the offset leads to no room for it in the region: found " +
                                         std::to_string(at_.offset + 8));
  bytes.at<std::uint32_t>(at_.offset + 12) = 2000;
  EXPECT_EQ(words(at_), "sizes in it contradict each other: found 2000");
}

// -- Mistakes -----------------------------------------------------------------------

using message_ring_death = message_ring_test;

TEST_F(message_ring_death, a_commit_has_room_that_was_reserved_for_it) {
  make({});
  message_writer writes = writer();
  EXPECT_DEATH(writes.commit(0), "strata: fatal: commit without room: .* 0 bytes");
  (void)writes.try_reserve(100);
  EXPECT_DEATH(writes.commit(101), "of 101 bytes was committed .* room for 100 is reserved");
  EXPECT_DEATH(writes.commit(SIZE_MAX), "commit without room");
  writes.commit(100);
  EXPECT_DEATH(writes.commit(100), "room for 0 is reserved") << "once";
}

TEST_F(message_ring_death, what_is_popped_was_shown) {
  make({});
  message_writer writes = writer();
  EXPECT_DEATH(reader_->pop(), "strata: fatal: no message to pop");
  writes.try_write(bytes_of("one"));
  writes.try_write(bytes_of("two"));
  EXPECT_EQ(next(), "one");
  EXPECT_DEATH(reader_->pop(), "no message to pop") << "two was not looked at";
  EXPECT_EQ(next(), "two");
}

}  // namespace
}  // namespace strata::test
