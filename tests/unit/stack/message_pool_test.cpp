// Message buffers: one writer, then readers; slices; the way back from any thread.
#include <strata/stack/message_pool.hpp>

#include <gtest/gtest.h>

#include <cstring>
#include <mutex>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <thread>
#include <type_traits>
#include <utility>
#include <vector>

#include "support/sanitized.hpp"
#include "unit/arena/counting_upstream.hpp"

namespace strata::test {
namespace {

static_assert(!std::is_copy_constructible_v<message_buffer>, "the one who writes is alone");
static_assert(std::is_nothrow_move_constructible_v<message_buffer>);
static_assert(std::is_nothrow_copy_constructible_v<message_slice>);
static_assert(std::is_same_v<decltype(std::declval<message_slice&>().data()), const std::byte*>,
              "what is shared is read only");

message_buffer written(message_pool& pool, std::string_view words) {
  message_buffer made = pool.get(words.size());
  std::memcpy(made.data(), words.data(), words.size());
  return made;
}

std::string text_of(const message_slice& from) {
  return {reinterpret_cast<const char*>(from.data()), from.size()};
}
std::string text_of(const message_buffer& from) {
  return {reinterpret_cast<const char*>(from.data()), from.size()};
}

TEST(message_pool, a_buffer_has_the_size_asked_for_and_the_room_of_its_band) {
  message_pool pool;
  const message_buffer small = pool.get(100);
  EXPECT_EQ(small.size(), 100U);
  EXPECT_EQ(small.capacity(), 256U);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(small.data()) % 64, 0U);
  const message_buffer even = pool.get(4096);
  EXPECT_EQ(even.capacity(), 4096U);
  const message_buffer none = pool.get(0);
  EXPECT_TRUE(none);
  EXPECT_EQ(none.bytes().size(), 0U);
  const message_buffer huge = pool.get(1'000'000);
  EXPECT_GE(huge.capacity(), 1'000'000U);
  std::memset(huge.data(), 1, huge.capacity());
  EXPECT_EQ(pool.statistics().apart.active, 1U);
}

TEST(message_pool, resizing_keeps_the_bytes) {
  message_pool pool;
  message_buffer buffer = written(pool, "ping");
  buffer.resize(256);
  buffer.resize(3);
  EXPECT_EQ(text_of(buffer), "pin");
}

TEST(message_pool, slices_share_the_bytes) {
  message_pool pool;
  message_buffer buffer = written(pool, "header:body");
  const std::byte* const at = buffer.data();
  message_slice whole = std::move(buffer).share();
  EXPECT_FALSE(buffer);  // NOLINT(bugprone-use-after-move): what is left is what is tested
  const message_slice body = whole.slice(7, 4);
  EXPECT_EQ(text_of(body), "body");
  EXPECT_EQ(body.data(), at + 7);
  EXPECT_EQ(whole.use_count(), 2U);
  EXPECT_EQ(text_of(body.slice(1, 2)), "od");
  EXPECT_EQ(body.slice(4, 0).size(), 0U);
  whole = {};
  EXPECT_EQ(pool.statistics().active, 1U);
  EXPECT_EQ(text_of(body), "body");
  EXPECT_EQ(text_of(message_slice(body).slice(0, 3)), "bod");
}

TEST(message_pool, slices_are_assigned_to_themselves_and_to_each_other) {
  message_pool pool;
  message_slice one = written(pool, "one").share();
  message_slice two = written(pool, "two").share();
  message_slice& same = one;
  one = same;
  EXPECT_EQ(text_of(one), "one");
  one = two;
  EXPECT_EQ(text_of(one), "two");
  EXPECT_EQ(one.use_count(), 2U);
  two = std::move(one);
  EXPECT_EQ(two.use_count(), 1U);
  EXPECT_EQ(pool.statistics().active, 1U);
}

TEST(message_pool, the_only_slice_can_be_written_again) {
  message_pool pool;
  message_slice one = written(pool, "immutable").share();
  {
    message_slice other = one;
    EXPECT_FALSE(std::move(one).try_unique());
    EXPECT_EQ(text_of(one), "immutable");  // NOLINT(bugprone-use-after-move): it stays
    EXPECT_FALSE(std::move(other).slice(2, 3).try_unique());
  }
  const std::byte* const at = one.data();
  const message_buffer again = std::move(one).slice(2, 3).try_unique();
  EXPECT_EQ(text_of(again), "mut");
  EXPECT_EQ(again.data(), at + 2);
  EXPECT_EQ(again.capacity(), 254U);
  EXPECT_FALSE(message_slice().try_unique());
}

TEST(message_pool, unshare_copies_only_what_others_share) {
  message_pool pool;
  message_slice one = written(pool, "shared").share();
  message_slice other = one;
  const message_buffer copy = pool.unshare(std::move(one));
  EXPECT_NE(copy.data(), other.data());
  EXPECT_EQ(text_of(copy), "shared");
  copy.data()[0] = std::byte{'S'};
  EXPECT_EQ(text_of(other), "shared");
  EXPECT_EQ(other.use_count(), 1U);
  message_slice last = other;
  const std::byte* const at = last.data();
  other = {};
  EXPECT_EQ(pool.unshare(std::move(last)).data(), at);
  EXPECT_FALSE(pool.unshare({}));
}

TEST(message_pool, memory_is_used_again_at_once) {
  counting_upstream upstream;
  message_pool pool({.upstream = &upstream});
  const std::byte* const at = pool.get(1000).data();
  const std::size_t requests = upstream.requests();
  for (int i = 0; i < 1000; ++i) ASSERT_EQ(pool.get(1000).data(), at);
  EXPECT_EQ(upstream.requests(), requests);
}

TEST(message_pool, the_message_that_ended_last_serves_and_the_others_wait) {
  message_pool pool;
  std::vector<message_buffer> three;
  three.reserve(3);
  for (int i = 0; i < 3; ++i) three.push_back(pool.get(1000));
  const std::byte* const last = three[0].data();
  three[2] = {};
  three[1] = {};
  three[0] = {};
  EXPECT_EQ(pool.get(600).data(), last);
  EXPECT_EQ(pool.get(300).capacity(), 512U);
  EXPECT_EQ(pool.statistics().active, 0U);
  EXPECT_EQ(pool.statistics().peak, 3U);
}

TEST(message_pool, what_stood_apart_serves_no_larger_message) {
  message_pool pool;
  { const message_buffer first = pool.get(100'000); }
  const message_buffer larger = pool.get(1'000'000);
  EXPECT_GE(larger.capacity(), 1'000'000U);
  std::memset(larger.data(), 1, larger.size());
}

TEST(message_pool, idle_memory_stays_within_its_budget_and_trim_gives_it_back) {
  counting_upstream upstream;
  message_pool pool({.upstream = &upstream, .idle_bytes = 200'000});
  std::vector<message_slice> all;
  for (std::size_t i = 0; i < 2000; ++i) all.push_back(pool.get(i).share());
  EXPECT_GT(upstream.live_bytes(), 2'000'000U);
  all.clear();
  pool.collect();
  EXPECT_LE(upstream.live_bytes(), 200'000U);
  const std::size_t held = upstream.live_bytes();
  EXPECT_EQ(pool.statistics().total().held_bytes, held);
  EXPECT_EQ(pool.trim(), held);
  EXPECT_EQ(upstream.live_bytes(), 0U);
}

TEST(message_pool, figures_tell_what_is_used) {
  message_pool pool({.name = "mail"});
  const message_buffer one = pool.get(1000);
  { const message_buffer two = pool.get(1024), three = pool.get(300); }
  const bands_statistics now = pool.statistics();
  EXPECT_EQ(now.name, "mail");
  EXPECT_EQ(now.count, 9U);
  EXPECT_EQ(now.active, 1U);
  EXPECT_EQ(now.peak, 3U);
  EXPECT_EQ(now.each[2].bytes, 1024U);
  EXPECT_EQ(now.each[2].active, 1U);
  EXPECT_EQ(now.each[2].peak, 2U);
  EXPECT_EQ(now.each[2].active_bytes, 1024U + 64);
  EXPECT_EQ(now.each[1].active, 0U);
  EXPECT_EQ(pool.account()->usage(), now.total().held_bytes);
}

TEST(message_pool, every_request_may_be_refused) {
  for (std::size_t n = 1;; ++n) {
    counting_upstream upstream;
    message_pool pool({.name = "refusing", .upstream = &upstream});
    upstream.fail(n);
    std::size_t refusals = 0;
    for (const std::size_t bytes : {100U, 5000U, 200'000U}) {
      try {
        (void)pool.get(bytes);
      } catch (const out_of_memory& refusal) {
        EXPECT_EQ(refusal.account_name(), "refusing");
        EXPECT_EQ(refusal.bytes(), bytes);
        ++refusals;
      }
    }
    EXPECT_EQ(pool.statistics().refused, refusals);
    if (refusals == 0) break;
    EXPECT_EQ(refusals, 1U);
  }
}

TEST(message_pool, a_refused_copy_leaves_the_slice) {
  message_pool pool({.limit = 100'000});
  message_slice one = pool.get(40'000).share();
  const message_slice other = one;
  EXPECT_THROW((void)pool.unshare(std::move(one)), out_of_memory);
  EXPECT_EQ(one.size(), 40'000U);  // NOLINT(bugprone-use-after-move): it stays
}

TEST(message_pool, contradictions_are_named) {
  EXPECT_FALSE(message_pool::check({.band_bytes_min = 64, .band_bytes_max = 2 << 20}));
  const auto found = message_pool::check({.band_bytes_min = 64, .band_bytes_max = 4 << 20});
  ASSERT_TRUE(found.has_value());
  EXPECT_EQ(found->problem(), band_config_problem::too_many_bands);
  EXPECT_STREQ(found->what(),
               "band_bytes_max: 4194304 is more than 32768 times band_bytes_min, 64");
}

// -- Threads ------------------------------------------------------------------------

// One gets and sends to all; whoever receives checks the words and lets them go.
template <class Pool>
void send_to(std::size_t receivers, std::size_t messages) {
  Pool pool({.idle_bytes = 100'000});
  struct mailbox {
    std::mutex lock;
    std::vector<message_slice> mail;
    bool closed = false;
  };
  std::vector<mailbox> boxes(receivers);
  std::vector<std::thread> threads;
  threads.reserve(receivers);
  for (mailbox& box : boxes) {
    threads.emplace_back([&box] {
      for (bool open = true; open;) {
        std::vector<message_slice> got;
        {
          const std::lock_guard guard(box.lock);
          got.swap(box.mail);
          open = !box.closed || !got.empty();
        }
        for (const message_slice& each : got) {
          const std::byte first = each.data()[0];
          for (const std::byte one : each.slice(each.size() / 2, each.size() / 2).bytes()) {
            ASSERT_EQ(one, first);
          }
        }
        if (got.empty()) std::this_thread::yield();
      }
    });
  }
  for (std::size_t i = 0; i < messages; ++i) {
    message_buffer made = pool.get(1 + i * 37 % 3000);
    std::memset(made.data(), static_cast<int>(i % 256), made.size());
    const message_slice sent = std::move(made).share();
    for (mailbox& box : boxes) {
      const std::lock_guard guard(box.lock);
      box.mail.push_back(sent);
    }
  }
  for (mailbox& box : boxes) {
    const std::lock_guard guard(box.lock);
    box.closed = true;
  }
  for (std::thread& each : threads) each.join();
  EXPECT_EQ(pool.statistics().active, 0U);
  EXPECT_LE(pool.statistics().total().held_bytes, 100'000U);
}

TEST(message_pool_threads, messages_end_wherever_the_last_slice_does) {
  send_to<message_pool>(3, scaled(20'000));
}

TEST(message_pool_threads, any_thread_gets_from_a_shared_pool) {
  shared_message_pool pool;
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int t = 0; t < 4; ++t) {
    threads.emplace_back([&pool, t] {
      std::vector<message_buffer> mine;
      std::mt19937 random(static_cast<unsigned>(t));
      for (std::size_t i = 0; i < scaled(40'000); ++i) {
        mine.push_back(pool.get(1 + random() % 5000));
        std::memset(mine.back().data(), t, mine.back().size());
        if (mine.size() < 30) continue;
        std::swap(mine[random() % mine.size()], mine.back());
        for (const std::byte one : mine.back().bytes()) {
          ASSERT_EQ(one, static_cast<std::byte>(t));
        }
        mine.pop_back();
      }
    });
  }
  for (std::thread& each : threads) each.join();
  EXPECT_EQ(pool.statistics().active, 0U);
}

// -- Mistakes -----------------------------------------------------------------------

TEST(message_pool_death, a_slice_outside_of_its_message_is_named) {
  message_pool pool;
  const message_slice one = pool.get(10).share();
  EXPECT_DEATH((void)one.slice(8, 3),
               "strata: fatal: slice outside of its message: a slice of 3 bytes from 8 on does not "
               "lie in a message of 10 bytes");
  EXPECT_DEATH((void)one.slice(11, 0), "slice outside");
  EXPECT_DEATH((void)one.slice(2, SIZE_MAX), "slice outside");
}

TEST(message_pool_death, a_buffer_has_no_more_than_its_capacity) {
  message_pool pool;
  message_buffer one = pool.get(10);
  EXPECT_DEATH(
      one.resize(257),
      "message buffer too small: a message buffer with room for 256 bytes cannot have 257");
}

TEST(message_pool_death, a_pool_must_not_end_before_its_messages) {
  EXPECT_DEATH(
      {
        std::optional<message_pool> pool;
        pool.emplace(message_pool_options{.name = "early"});
        const message_slice one = pool->get(10).share();
        pool.reset();
      },
      "messages in use: the message pool \"early\" ends while 1 of its buffers");
}

}  // namespace
}  // namespace strata::test
