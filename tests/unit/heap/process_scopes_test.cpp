// Malloc scopes, through the core: where blocks come from inside, that they go
// home from anywhere, and what ends a program.
#include "heap/process_scopes.hpp"

#include <algorithm>
#include <thread>
#include <vector>

#include "support/fake_process.hpp"

namespace strata::core {
namespace {

class process_scopes_test : public test::process_fixture {
 protected:
  using scope = malloc_redirection;

  [[nodiscard]] heap& make(std::size_t limit = base::unlimited) {
    heap* const made = process_->create_heap("made", limit, nullptr);
    EXPECT_NE(made, nullptr);
    return *made;
  }
  [[nodiscard]] scope enter(heap& into) {
    scope entered{};
    EXPECT_TRUE(process_->enter_scope(into, entered));
    return entered;
  }
  void leave(const scope& entered) { process_->leave_scope(entered); }
  [[nodiscard]] heap* home(void* block) { return process_->heap_of(block); }
};

constexpr std::size_t sizes[] = {0, 1, 48, 256, 257, 1000, 8192, 8193, 100'000, 1'000'000};

TEST_F(process_scopes_test, every_kind_of_request_comes_from_the_heap_until_the_scope_ends) {
  heap& made = make();
  for (int round = 0; round < 3; ++round) {
    const scope entered = enter(made);
    for (const std::size_t size : sizes) {
      EXPECT_EQ(home(allocate(size)), &made) << size;
      EXPECT_EQ(home(process_->allocate_zeroed(size)), &made) << size;
      EXPECT_EQ(home(process_->allocate_aligned(size, 4096)), &made) << size;
    }
    leave(entered);
    for (const std::size_t size : sizes) {
      EXPECT_EQ(home(allocate(size)), &process_heap()) << size;
      EXPECT_EQ(home(process_->allocate_zeroed(size)), &process_heap()) << size;
      EXPECT_EQ(home(process_->allocate_aligned(size, 4096)), &process_heap()) << size;
    }
    EXPECT_TRUE(process_.invariant());
  }
  process_->destroy_heap(made);
}

TEST_F(process_scopes_test, a_threads_first_request_may_be_inside) {
  heap& made = make();
  test::stepping_thread other;
  other.run([&] {
    const scope entered = enter(made);
    void* const inside = allocate(48);
    EXPECT_EQ(home(inside), &made);
    leave(entered);
    EXPECT_EQ(home(allocate(48)), &process_heap());
    deallocate(inside);
  });
  other.end();
  EXPECT_TRUE(walk(made).empty());
  process_->destroy_heap(made);
}

TEST_F(process_scopes_test, the_lists_of_before_are_there_afterwards) {
  void* const freed = allocate(48);
  void* const kept = allocate(48);
  heap& made = make();
  const scope entered = enter(made);
  EXPECT_NE(allocate(48), kept);
  leave(entered);
  deallocate(freed);
  std::vector<void*> blocks(200);
  for (void*& block : blocks) block = allocate(48);
  EXPECT_NE(std::find(blocks.begin(), blocks.end(), freed), blocks.end());
  EXPECT_EQ(std::find(blocks.begin(), blocks.end(), kept), blocks.end());
  process_->destroy_heap(made);
}

TEST_F(process_scopes_test, blocks_go_home_from_anywhere) {
  heap& made = make();
  const scope entered = enter(made);
  std::vector<void*> blocks;
  for (int round = 0; round < 3; ++round) {
    for (const std::size_t size : sizes) blocks.push_back(allocate(size));
  }
  void* const outer = process_->allocate_from(process_heap(), 48, block_alignment);
  deallocate(outer);
  for (std::size_t i = 0; i < 10; ++i) deallocate(blocks[i]);
  leave(entered);
  for (std::size_t i = 10; i < 20; ++i) deallocate(blocks[i]);
  test::stepping_thread other;
  other.run([&] {
    for (std::size_t i = 20; i < 30; ++i) deallocate(blocks[i]);
  });
  process_->flush_thread();
  EXPECT_TRUE(walk(made).empty());
  EXPECT_EQ(made.account().usage(), 0u) << "exactly what lives is charged";
  process_->destroy_heap(made);
}

TEST_F(process_scopes_test, scopes_nest_also_over_the_same_heap_and_the_process_heap) {
  heap& first = make();
  heap& second = make();
  heap* const order[] = {&first, &second, &first, &process_heap(), &process_heap(), &second};
  std::vector<scope> entered;
  for (heap* into : order) {
    entered.push_back(enter(*into));
    EXPECT_EQ(home(allocate(48)), into);
  }
  for (std::size_t i = std::size(order); i-- > 0;) {
    EXPECT_EQ(home(allocate(48)), order[i]);
    leave(entered[i]);
  }
  EXPECT_EQ(home(allocate(48)), &process_heap());
  process_->destroy_heap(first);
  process_->destroy_heap(second);
}

TEST_F(process_scopes_test, a_reallocated_block_stays_in_its_heap) {
  heap& made = make();
  void* outside = allocate(48);
  const scope entered = enter(made);
  void* inside = allocate(48);
  outside = process_->reallocate(outside, 5000);
  EXPECT_EQ(home(outside), &process_heap());
  leave(entered);
  for (const std::size_t size : {5000u, 500'000u, 48u}) {
    inside = process_->reallocate(inside, size);
    EXPECT_EQ(home(inside), &made) << size;
  }
  deallocate(outside);
  process_->destroy_heap(made);
}

TEST_F(process_scopes_test, the_limit_of_the_heap_refuses_inside_only) {
  heap& made = make(3 * granule_bytes);
  const scope entered = enter(made);
  std::vector<void*> blocks;
  while (void* block = allocate(8000)) blocks.push_back(block);
  EXPECT_EQ(blocks.size(), 3 * (granule_bytes / 8192));
  EXPECT_EQ(allocate(base::mib), nullptr);
  leave(entered);
  EXPECT_NE(allocate(8000), nullptr);
  process_->destroy_heap(made);
}

TEST_F(process_scopes_test, what_a_heap_takes_is_charged_elsewhere_too) {
  heap& made = make();
  account* const other = process_.accounts().create("other", 2 * granule_bytes, nullptr);
  const charge_hook hook{
      .context = other,
      .charge = [](void* to, std::size_t bytes,
                   bool) noexcept { return static_cast<account*>(to)->charge(bytes); },
      .discharge = [](void* to,
                      std::size_t bytes) noexcept { static_cast<account*>(to)->discharge(bytes); }};
  made.charge_also(hook);
  const scope entered = enter(made);
  std::vector<void*> blocks;
  while (void* block = allocate(8000)) blocks.push_back(block);
  EXPECT_EQ(other->usage(), 2 * granule_bytes);
  EXPECT_EQ(made.account().usage(), 2 * granule_bytes) << "what the other refused is taken back";
  leave(entered);
  for (void* block : blocks) deallocate(block);
  process_->destroy_heap(made);
  EXPECT_EQ(other->usage(), 0u);
  process_.accounts().release(other);
}

TEST_F(process_scopes_test, a_double_free_is_found_while_the_list_waits) {
  heap& made = make();
  void* const block = allocate(48);
  deallocate(block);
  const scope entered = enter(made);
  EXPECT_DEATH(deallocate(block), "double free");
  leave(entered);
  process_->destroy_heap(made);
}

TEST_F(process_scopes_test, a_thread_may_end_inside) {
  heap& first = make();
  heap& second = make();
  std::vector<void*> blocks;
  test::stepping_thread other;
  other.run([&] {
    static_cast<void>(enter(first));
    blocks.push_back(allocate(48));
    static_cast<void>(enter(second));
    blocks.push_back(allocate(48));
    blocks.push_back(allocate(base::mib));
  });
  other.end();
  EXPECT_TRUE(process_.invariant());
  EXPECT_EQ(home(blocks[0]), &first);
  EXPECT_EQ(home(blocks[2]), &second);
  for (void* block : blocks) deallocate(block);
  EXPECT_EQ(first.account().usage(), 0u);
  EXPECT_EQ(second.account().usage(), 0u);
  process_->destroy_heap(first);
  process_->destroy_heap(second);
}

TEST_F(process_scopes_test, a_thread_in_its_last_destructors_can_enter_none_and_leave_what_it_had) {
  heap& made = make();
  test::stepping_thread other;
  other.run([&] {
    const scope entered = enter(made);
    process_->end_thread();
    scope late{};
    EXPECT_FALSE(process_->enter_scope(made, late));
    leave(entered);
    EXPECT_EQ(home(allocate(48)), &process_heap());
  });
  other.end();
  process_->destroy_heap(made);
}

TEST_F(process_scopes_test, a_refused_entry_changes_nothing) {
  for (std::size_t n = 1;; ++n) {
    heap& made = make();
    bool refused = false;
    test::stepping_thread other;
    other.run([&] {
      os::fail_from(n);
      scope entered{};
      refused = !process_->enter_scope(made, entered);
      os::fail_none();
      EXPECT_EQ(home(allocate(48)), refused ? &process_heap() : &made) << n;
      if (!refused) leave(entered);
    });
    other.end();
    process_->destroy_heap(made);
    if (!refused) break;
    ASSERT_LT(n, 100u);
  }
}

// What the other threads of the parent redirected is nobody's in the child.
TEST_F(process_scopes_test, a_child_may_destroy_what_threads_of_its_parent_redirected_into) {
  heap& made = make();
  test::stepping_thread other;
  other.run([&] { static_cast<void>(enter(made)); });
  const scope entered = enter(made);
  process_->prepare_fork();
  process_->child_after_fork();
  EXPECT_EQ(home(allocate(48)), &made) << "the thread that forked stays in its scope";
  leave(entered);
  EXPECT_EQ(home(allocate(48)), &process_heap());
  process_->destroy_heap(made);
}

TEST_F(process_scopes_test, a_heap_in_use_is_neither_destroyed_nor_reset) {
  heap& made = make();
  const scope entered = enter(made);
  EXPECT_DEATH(process_->destroy_heap(made), "heap in use: the heap 'made' was destroyed or reset");
  EXPECT_DEATH(made.reset(), "heap in use");
  EXPECT_DEATH(std::thread([&] { process_->destroy_heap(made); }).join(), "heap in use");
  const scope inner = enter(process_heap());
  EXPECT_DEATH(made.reset(), "heap in use");
  leave(inner);
  leave(entered);
  made.reset();
  process_->destroy_heap(made);
}

TEST_F(process_scopes_test, scopes_end_in_order_and_on_their_thread) {
  heap& made = make();
  const scope outer = enter(made);
  const scope inner = enter(made);
  EXPECT_DEATH(leave(outer), "malloc scope: .*reverse order");
  leave(inner);
  EXPECT_DEATH(leave(inner), "malloc scope");
  EXPECT_DEATH(std::thread([&] { leave(outer); }).join(), "malloc scope: .*another thread");
  leave(outer);
  process_->destroy_heap(made);
}

}  // namespace
}  // namespace strata::core
