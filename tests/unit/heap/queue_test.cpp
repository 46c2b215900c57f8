#include "heap/queue.hpp"

#include "domain_fixture.hpp"

namespace strata::core {
namespace {

class queue_test : public test::domain_fixture {
 protected:
  static constexpr std::size_t index = class_of(small_max);
  static constexpr std::size_t capacity = blocks_per_slab(index);

  void SetUp() override {
    domain_fixture::SetUp();
    ASSERT_TRUE(domain_.regions.take_run(8, 1));
  }

  // A new slab becomes the active and the fresh one.
  slab& add(std::size_t granule) {
    slab& record = domain_.slabs.at(granule);
    format_slab(record, index, nullptr, true);
    queue_.set_aside(domain_.slabs);
    queue_.activate(record);
    queue_.fresh = &record;
    ++queue_.slabs;
    return record;
  }

  block* exhaust(slab& record) {
    block* const blocks = extend(record, address_of(record), capacity - record.extended);
    queue_.fresh = nullptr;
    return blocks;
  }

  static void give_back(slab& record, block* freed) {
    push_free(record, freed);
    --record.used;
  }

  [[nodiscard]] bool invariant() const { return queue_.invariant(domain_.slabs); }

  queue<domain::slab_table> queue_;
};

TEST_F(queue_test, an_exhausted_slab_becomes_full_and_closed) {
  slab& first = add(0);
  exhaust(first);
  add(1);
  EXPECT_EQ(first.state, slab_state::full);
  EXPECT_EQ(first.bound, 0u);
  EXPECT_EQ(queue_.active, &domain_.slabs.at(1));
  EXPECT_TRUE(invariant());
}

TEST_F(queue_test, a_slab_that_is_not_extended_to_its_end_is_set_aside) {
  slab& first = add(0);
  static_cast<void>(extend(first, address_of(first), 1));
  queue_.set_aside(domain_.slabs);
  EXPECT_EQ(first.state, slab_state::fresh);
  EXPECT_EQ(queue_.fresh, &first);
  EXPECT_EQ(queue_.active, nullptr);
  EXPECT_TRUE(invariant());
}

TEST_F(queue_test, the_first_free_reopens_a_full_slab) {
  slab& first = add(0);
  block* const blocks = exhaust(first);
  add(1);
  queue_.reopen(domain_.slabs, first);
  give_back(first, blocks);
  EXPECT_EQ(first.state, slab_state::partial);
  EXPECT_TRUE(invariant());
  EXPECT_EQ(queue_.next_partial(domain_.slabs), &first);
}

TEST_F(queue_test, partial_slabs_serve_in_the_order_they_came) {
  block* blocks[3];
  for (std::size_t i = 0; i < 3; ++i) blocks[i] = exhaust(add(i));
  add(3);
  for (const std::size_t i : {1u, 0u, 2u}) {
    queue_.reopen(domain_.slabs, domain_.slabs.at(i));
    give_back(domain_.slabs.at(i), blocks[i]);
  }
  EXPECT_TRUE(invariant());
  for (const std::size_t i : {1u, 0u, 2u}) {
    EXPECT_EQ(queue_.next_partial(domain_.slabs), &domain_.slabs.at(i));
  }
}

TEST_F(queue_test, the_fresh_slab_serves_what_came_back_when_nothing_else_does) {
  slab& fresh = add(0);
  block* const blocks = extend(fresh, address_of(fresh), 2);
  EXPECT_EQ(queue_.next_partial(domain_.slabs), nullptr) << "it is the active one";
  queue_.set_aside(domain_.slabs);
  EXPECT_EQ(queue_.next_partial(domain_.slabs), nullptr) << "nothing is free in it";
  give_back(fresh, blocks);
  EXPECT_EQ(queue_.next_partial(domain_.slabs), &fresh);
}

TEST_F(queue_test, an_empty_slab_leaves) {
  slab& first = add(0);
  block* blocks = exhaust(first);
  add(1);
  queue_.reopen(domain_.slabs, first);
  while (blocks != nullptr) {
    block* const next = blocks->next;
    give_back(first, blocks);
    blocks = next;
  }
  queue_.drop(domain_.slabs, first);
  EXPECT_EQ(queue_.slabs, 1u);
  EXPECT_TRUE(queue_.partial.empty());
  EXPECT_TRUE(invariant());
}

TEST_F(queue_test, visits_each_slab_once) {
  for (std::size_t i = 0; i < 3; ++i) exhaust(add(i));
  add(3);
  std::size_t visits = 0;
  queue_.for_each_slab(domain_.slabs, [&](const slab&) { ++visits; });
  EXPECT_EQ(visits, 4u);
}

TEST_F(queue_test, the_invariant_sees_wrong_states_and_counts) {
  slab& first = add(0);
  exhaust(first);
  add(1);
  ++queue_.slabs;
  EXPECT_FALSE(invariant());
  --queue_.slabs;
  EXPECT_TRUE(invariant());
  first.state = slab_state::partial;
  EXPECT_FALSE(invariant());
  first.state = slab_state::full;
  queue_.active->state = slab_state::fresh;
  EXPECT_FALSE(invariant());
}

}  // namespace
}  // namespace strata::core
