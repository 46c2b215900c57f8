#include "heap/remote.hpp"

#include <gtest/gtest.h>

#include <set>
#include <thread>
#include <vector>

#include "os/fake.hpp"

namespace strata::core {
namespace {

struct alignas(64) receiver {
  std::vector<block*> blocks;
  std::size_t batches = 0;

  void accept(const chain& posted) {
    ++batches;
    block* at = posted.first;
    for (std::uint32_t i = 0; i < posted.count; ++i, at = at->next) blocks.push_back(at);
  }
};

TEST(remote, a_chain_is_last_in_first_out_and_knows_its_end) {
  block blocks[3];
  chain sent;
  for (block& each : blocks) sent.push(&each);
  EXPECT_EQ(sent.count, 3u);
  EXPECT_EQ(sent.first, &blocks[2]);
  EXPECT_EQ(sent.last, &blocks[0]);
}

TEST(remote, an_inbox_is_emptied_as_a_whole) {
  block blocks[5];
  inbox box;
  EXPECT_TRUE(box.empty());
  EXPECT_EQ(box.take_all(), nullptr);
  chain first;
  first.push(&blocks[0]);
  first.push(&blocks[1]);
  chain second;
  for (std::size_t i = 2; i < 5; ++i) second.push(&blocks[i]);
  box.post(first);
  box.post(second);
  EXPECT_FALSE(box.empty());
  std::set<block*> taken;
  for (block* at = box.take_all(); at != nullptr; at = at->next) taken.insert(at);
  EXPECT_EQ(taken.size(), 5u);
  EXPECT_TRUE(box.empty());
}

TEST(remote, nothing_is_lost_between_many_senders_and_the_owner) {
  constexpr std::size_t senders = 4;
  constexpr std::size_t each = 2000;
  std::vector<block> blocks(senders * each);
  inbox box;
  std::vector<std::thread> threads;
  for (std::size_t sender = 0; sender < senders; ++sender) {
    threads.emplace_back([&, sender] {
      for (std::size_t i = 0; i < each; i += 2) {
        chain pair;
        pair.push(&blocks[sender * each + i]);
        pair.push(&blocks[sender * each + i + 1]);
        box.post(pair);
      }
    });
  }
  std::set<block*> taken;
  while (taken.size() < blocks.size()) {
    for (block* at = box.take_all(); at != nullptr; at = at->next) {
      ASSERT_TRUE(taken.insert(at).second) << "arrived twice";
    }
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(box.empty());
}

TEST(remote, an_outbox_sends_full_batches_by_owner) {
  std::vector<block> blocks(200);
  receiver owner;
  outbox<receiver> out;
  for (block& each : blocks) out.add(owner, &each);
  EXPECT_EQ(owner.batches, 3u);
  EXPECT_EQ(owner.blocks.size(), 192u);
  EXPECT_FALSE(out.empty());
  out.send_all();
  EXPECT_TRUE(out.empty());
  EXPECT_EQ(owner.blocks.size(), 200u);
  EXPECT_EQ(out.batches_sent(), 4u);
  EXPECT_EQ(out.blocks_sent(), 200u);
  EXPECT_EQ(std::set<block*>(owner.blocks.begin(), owner.blocks.end()).size(), 200u);
}

TEST(remote, owners_that_share_a_bucket_get_their_own_blocks_only) {
  std::vector<receiver> owners(40);
  std::vector<block> blocks(40 * 10);
  outbox<receiver> out;
  for (std::size_t i = 0; i < blocks.size(); ++i) out.add(owners[i % 40], &blocks[i]);
  out.send_all();
  for (std::size_t i = 0; i < owners.size(); ++i) {
    ASSERT_EQ(owners[i].blocks.size(), 10u);
    for (const block* each : owners[i].blocks) {
      EXPECT_EQ(static_cast<std::size_t>(each - blocks.data()) % 40, i);
    }
  }
}

TEST(remote, suspects_wait_in_a_box_of_limited_size) {
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
