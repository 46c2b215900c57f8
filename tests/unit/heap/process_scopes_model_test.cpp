// Threads, heaps and malloc scopes at random, against a model of where each block
// lives and what it holds.
#include <algorithm>
#include <cstdint>
#include <random>
#include <utility>
#include <vector>

#include "heap/process_scopes.hpp"
#include "support/fake_process.hpp"
#include "support/shadow_block.hpp"

namespace strata::core {
namespace {

using test::shadow_block;

class scope_model {
 public:
  scope_model(test::fake_process& process, std::vector<test::fake_process::heap*> heaps,
              std::uint64_t seed)
      : process_(process), heaps_(std::move(heaps)), random_(seed) {}

  void step(std::size_t which) {
    const std::size_t what = pick(100);
    worker& self = workers_[which];
    if (what < 8 && self.open.size() < 6) return enter(self);
    if (what < 16 && !self.open.empty()) return leave(self);
    if (what < 62 || blocks_.empty()) return allocate(self);
    const std::size_t at = pick(blocks_.size());
    if (what < 70) return reallocate(blocks_[at]);
    check(blocks_[at]);
    process_->deallocate(blocks_[at].shadow.memory);
    blocks_[at] = blocks_.back();
    blocks_.pop_back();
  }

  void leave_all(std::size_t which) {
    while (!workers_[which].open.empty()) leave(workers_[which]);
  }
  void free_all() {
    for (const block_of& each : blocks_) {
      check(each);
      process_->deallocate(each.shadow.memory);
    }
    blocks_.clear();
  }

 private:
  using heap = test::fake_process::heap;
  struct worker {
    std::vector<malloc_redirection> open;
    std::vector<heap*> into;
  };
  struct block_of {
    shadow_block shadow;
    heap* home;
  };

  std::size_t pick(std::size_t below) { return random_() % below; }
  std::size_t size() {
    constexpr std::size_t most[] = {100, 300, 9000, 300'000};
    return 1 + pick(most[std::min<std::size_t>(pick(6), 3)]);
  }

  void enter(worker& self) {
    heap* const into = heaps_[pick(heaps_.size())];
    self.open.emplace_back();
    ASSERT_TRUE(process_->enter_scope(*into, self.open.back()));
    self.into.push_back(into);
  }
  void leave(worker& self) {
    process_->leave_scope(self.open.back());
    self.open.pop_back();
    self.into.pop_back();
  }
  void allocate(worker& self) {
    heap* const from = self.into.empty() ? heaps_[0] : self.into.back();
    const std::size_t bytes = size();
    void* const made = pick(4) == 0 ? process_->allocate_zeroed(bytes) : process_->allocate(bytes);
    ASSERT_NE(made, nullptr);
    ASSERT_EQ(process_->heap_of(made), from);
    blocks_.push_back({{static_cast<std::byte*>(made), bytes, random_()}, from});
    paint(blocks_.back().shadow);
  }
  void reallocate(block_of& which) {
    check(which);
    const std::size_t bytes = size();
    which.shadow.memory = static_cast<std::byte*>(process_->reallocate(which.shadow.memory, bytes));
    ASSERT_TRUE(intact(which.shadow, std::min(bytes, which.shadow.size)));
    which.shadow.size = bytes;
    paint(which.shadow);
    check(which);
  }
  void check(const block_of& which) {
    ASSERT_EQ(process_->heap_of(which.shadow.memory), which.home);
    ASSERT_TRUE(intact(which.shadow));
  }

  test::fake_process& process_;
  std::vector<heap*> heaps_;
  worker workers_[4];
  std::vector<block_of> blocks_;
  std::mt19937_64 random_;
};

using process_scopes_model_test = test::process_fixture;

TEST_F(process_scopes_model_test, random_work_agrees_with_its_model) {
  const auto made = [&] { return process_->create_heap("made", base::unlimited, nullptr); };
  std::vector<heap*> heaps{&process_heap(), made(), made(), made()};
  scope_model model(process_, heaps, 20261121);
  {
    test::stepping_thread threads[3];
    for (int round = 0; round < 50; ++round) {
      for (std::size_t i = 0; i < 4; ++i) {
        const auto work = [&] {
          for (int step = 0; step < 60; ++step) model.step(i);
        };
        if (i == 3) {
          work();
        } else {
          threads[i].run(work);
        }
        if (HasFatalFailure()) return;
      }
    }
    for (std::size_t i = 0; i < 3; ++i) threads[i].run([&] { model.leave_all(i); });
    model.leave_all(3);
  }
  EXPECT_TRUE(process_.invariant());
  model.free_all();
  process_->flush_thread();
  for (std::size_t i = 1; i < heaps.size(); ++i) {
    EXPECT_TRUE(walk(*heaps[i]).empty());
    process_->destroy_heap(*heaps[i]);
  }
}

}  // namespace
}  // namespace strata::core
