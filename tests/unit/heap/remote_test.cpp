#include "heap/remote.hpp"

#include <gtest/gtest.h>

#include <set>
#include <thread>
#include <vector>

#include "heap/reclaim.hpp"
#include "os/fake.hpp"

namespace strata::core {
namespace {

// Slabs of 16-byte blocks, and memory for their blocks.
class remote : public ::testing::Test {
 protected:
  static constexpr std::size_t slab_count = 40;

  // What the mail needs of the table of records.
  struct table {
    std::vector<slab> records = std::vector<slab>(slab_count);
    [[nodiscard]] slab& at(std::size_t granule) const noexcept {
      return const_cast<slab&>(records[granule]);
    }
    [[nodiscard]] std::size_t granule_of(const slab& record) const noexcept {
      return static_cast<std::size_t>(&record - records.data());
    }
  };

  remote() {
    for (slab& each : slabs_.records) format_slab(each, 1, nullptr, false);
  }

  [[nodiscard]] block* at(std::size_t index) { return &blocks_[index]; }
  [[nodiscard]] std::byte* start() { return reinterpret_cast<std::byte*>(blocks_.data()); }

  [[nodiscard]] chain chain_of(std::size_t from, std::size_t to) {
    chain made;
    for (std::size_t i = from; i < to; ++i) made.push(at(i));
    return made;
  }

  table slabs_;
  std::vector<block> blocks_ = std::vector<block>(blocks_per_slab(1));
};

TEST_F(remote, a_chain_is_last_in_first_out_and_knows_its_end) {
  const chain sent = chain_of(0, 3);
  EXPECT_EQ(sent.count, 3u);
  EXPECT_EQ(sent.first, at(2));
  EXPECT_EQ(sent.last, at(0));
}

TEST_F(remote, the_word_holds_every_place_and_every_count) {
  for (const std::size_t index : {std::size_t{0}, std::size_t{1}, blocks_.size() - 1}) {
    for (const std::size_t count : {std::size_t{1}, blocks_.size()}) {
      const remote_word word(index * sizeof(block), count);
      for (const remote_word each : {word, word.mailed()}) {
        EXPECT_EQ(each.first(start()), at(index));
        EXPECT_EQ(each.count(), count);
        EXPECT_EQ(each.state(), remote_word::fate::in_use);
      }
      EXPECT_FALSE(word.is_mailed());
      EXPECT_TRUE(word.mailed().is_mailed());
    }
  }
  EXPECT_EQ(remote_word(0).first(start()), nullptr);
}

TEST_F(remote, only_the_first_post_asks_for_a_place_in_the_mail) {
  slab& head = slabs_.at(0);
  const posting first = post_blocks(head, start(), chain_of(0, 2), 0);
  EXPECT_FALSE(first.before.is_mailed());
  EXPECT_TRUE(first.after.is_mailed());
  const posting second = post_blocks(head, start(), chain_of(2, 5), 0);
  EXPECT_TRUE(second.before.is_mailed());
  EXPECT_EQ(second.after.count(), 5u);
  const remote_word taken = take_posted(head);
  std::set<block*> found;
  for (block* at = taken.first(start()); at != nullptr; at = at->next) found.insert(at);
  EXPECT_EQ(found.size(), 5u);
  EXPECT_EQ(remote_now(head).bits(), 0u);
}

TEST_F(remote, the_post_that_completes_a_slab_makes_it_leave) {
  using fate = remote_word::fate;
  slab& head = slabs_.at(0);
  EXPECT_EQ(post_blocks(head, start(), chain_of(0, 2), 4).after.state(), fate::in_use);
  const posting last = post_blocks(head, start(), chain_of(2, 4), 4);
  EXPECT_EQ(last.before.count(), 2u);
  EXPECT_EQ(last.after.state(), fate::leaving);
  EXPECT_TRUE(last.after.is_mailed()) << "the first post mailed it";
  const posting late = post_blocks(head, start(), chain_of(4, 5), 4);
  EXPECT_EQ(late.before.state(), fate::leaving) << "takes nothing";
  EXPECT_EQ(take_posted(head).state(), fate::leaving);
  EXPECT_FALSE(remote_now(head).is_mailed()) << "its owner looked too early";
  EXPECT_EQ(remote_now(head).state(), fate::leaving);
}

TEST_F(remote, a_slab_that_one_post_completes_is_not_mailed_before_it_is_gone) {
  slab& head = slabs_.at(0);
  const posting only = post_blocks(head, start(), chain_of(0, 4), 4);
  EXPECT_EQ(only.after.state(), remote_word::fate::leaving);
  EXPECT_FALSE(only.after.is_mailed());
}

TEST_F(remote, the_mail_is_emptied_as_a_whole) {
  mail<table> box;
  EXPECT_TRUE(box.empty());
  for (std::size_t i = 0; i < 5; ++i) box.push(slabs_, slabs_.at(i));
  EXPECT_FALSE(box.empty());
  std::set<slab*> taken;
  box.take_all(slabs_, [&](slab& head) { taken.insert(&head); });
  EXPECT_EQ(taken.size(), 5u);
  EXPECT_TRUE(box.empty());
}

TEST_F(remote, nothing_is_lost_between_many_senders_and_the_owner) {
  constexpr std::size_t senders = 4;
  mail<table> box;
  slab& head = slabs_.at(7);
  std::vector<std::thread> threads;
  for (std::size_t sender = 0; sender < senders; ++sender) {
    threads.emplace_back([&, sender] {
      for (std::size_t i = sender * 2; i + 1 < blocks_.size(); i += senders * 2) {
        const posting done = post_blocks(head, start(), chain_of(i, i + 2), 0);
        if (!done.before.is_mailed()) box.push(slabs_, head);
      }
    });
  }
  std::set<block*> taken;
  while (taken.size() < blocks_.size()) {
    box.take_all(slabs_, [&](slab& mailed) {
      const remote_word posted = take_posted(mailed);
      std::size_t count = 0;
      for (block* at = posted.first(start()); at != nullptr; at = at->next, ++count) {
        ASSERT_TRUE(taken.insert(at).second) << "arrived twice";
      }
      ASSERT_EQ(count, posted.count());
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(box.empty());
}

TEST_F(remote, an_outbox_sends_full_batches_by_slab) {
  outbox out;
  std::vector<block*> received;
  std::size_t batches = 0;
  const auto send = [&](slab& head, const chain& posted) {
    EXPECT_EQ(&head, &slabs_.at(3));
    ++batches;
    block* at = posted.first;
    for (std::uint32_t i = 0; i < posted.count; ++i, at = at->next) received.push_back(at);
  };
  for (std::size_t i = 0; i < 200; ++i) out.add(slabs_.at(3), at(i), send);
  EXPECT_EQ(batches, 3u);
  EXPECT_EQ(received.size(), 192u);
  EXPECT_FALSE(out.empty());
  out.send_all(send);
  EXPECT_TRUE(out.empty());
  EXPECT_EQ(received.size(), 200u);
  EXPECT_EQ(out.batches_sent(), 4u);
  EXPECT_EQ(out.blocks_sent(), 200u);
  EXPECT_EQ(std::set<block*>(received.begin(), received.end()).size(), 200u);
}

TEST_F(remote, slabs_that_share_a_slot_get_their_own_blocks_only) {
  outbox out;
  std::vector<std::vector<block*>> received(slab_count);
  const auto send = [&](slab& head, const chain& posted) {
    block* at = posted.first;
    for (std::uint32_t i = 0; i < posted.count; ++i, at = at->next) {
      received[slabs_.granule_of(head)].push_back(at);
    }
  };
  for (std::size_t i = 0; i < slab_count * 10; ++i) out.add(slabs_.at(i % slab_count), at(i), send);
  out.send_all(send);
  for (std::size_t i = 0; i < slab_count; ++i) {
    ASSERT_EQ(received[i].size(), 10u);
    for (const block* each : received[i]) {
      EXPECT_EQ(static_cast<std::size_t>(each - at(0)) % slab_count, i);
    }
  }
}

TEST_F(remote, what_waits_to_be_sent_is_a_few_kib_at_most) {
  for (std::size_t index = 1; index < class_count; ++index) {
    EXPECT_GE(outbox::batch_of(index), 1u);
    EXPECT_TRUE(outbox::batch_of(index) == 1 ||
                outbox::batch_of(index) * class_size(index) <= 4 * base::kib);
  }
}

TEST_F(remote, suspects_wait_in_a_box_of_limited_size) {
  suspect_box<base::mutex<os::fake_os>> box;
  int things[20];
  std::size_t fitted = 0;
  while (fitted < 20 && box.add(&things[fitted])) ++fitted;
  EXPECT_GT(fitted, 0u);
  EXPECT_LT(fitted, 20u);
  std::set<void*> taken;
  while (void* suspect = box.take()) taken.insert(suspect);
  EXPECT_EQ(taken.size(), fitted);
  EXPECT_TRUE(box.empty());
  EXPECT_TRUE(box.add(&things[0]));
}

}  // namespace
}  // namespace strata::core
