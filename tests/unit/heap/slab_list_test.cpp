#include "heap/slab_list.hpp"

#include "domain_fixture.hpp"

namespace strata::core {
namespace {

class slab_list_test : public test::domain_fixture {
 protected:
  using table = domain::slab_table;

  void SetUp() override {
    domain_fixture::SetUp();
    ASSERT_TRUE(domain_.regions.take_run(8, 1));
  }

  [[nodiscard]] slab& add(std::size_t granule) {
    slab& record = domain_.slabs.at(granule);
    record.state = slab_state::partial;
    list_.push_back(domain_.slabs, record);
    return record;
  }
  [[nodiscard]] bool invariant() const {
    return list_.invariant(domain_.slabs, slab_state::partial);
  }

  slab_list<table> list_;
};

TEST_F(slab_list_test, keeps_its_order) {
  EXPECT_TRUE(list_.empty());
  EXPECT_EQ(list_.pop_front(domain_.slabs), nullptr);
  slab& zero = add(0);  // granule 0 has a name too
  slab& five = add(5);
  slab& three = add(3);
  EXPECT_TRUE(invariant());
  EXPECT_EQ(list_.front(domain_.slabs), &zero);
  EXPECT_EQ(list_.back(domain_.slabs), &three);
  EXPECT_EQ(slab_list<table>::next(domain_.slabs, zero), &five);
  EXPECT_EQ(slab_list<table>::previous(domain_.slabs, three), &five);
  EXPECT_EQ(list_.pop_front(domain_.slabs), &zero);
  EXPECT_EQ(list_.pop_front(domain_.slabs), &five);
  EXPECT_EQ(list_.pop_front(domain_.slabs), &three);
  EXPECT_TRUE(list_.empty());
  EXPECT_TRUE(invariant());
}

TEST_F(slab_list_test, loses_members_at_either_end_and_in_the_middle) {
  slab& first = add(1);
  slab& middle = add(2);
  slab& last = add(3);
  list_.remove(domain_.slabs, middle);
  EXPECT_EQ(slab_list<table>::next(domain_.slabs, first), &last);
  EXPECT_TRUE(invariant());
  list_.remove(domain_.slabs, first);
  EXPECT_EQ(list_.front(domain_.slabs), &last);
  EXPECT_TRUE(invariant());
  list_.remove(domain_.slabs, last);
  EXPECT_TRUE(list_.empty());
  list_.push_back(domain_.slabs, middle);
  EXPECT_EQ(list_.back(domain_.slabs), &middle);
}

TEST_F(slab_list_test, the_invariant_wants_one_state_and_sound_links) {
  slab& first = add(1);
  slab& second = add(2);
  first.state = slab_state::full;
  EXPECT_FALSE(invariant());
  first.state = slab_state::partial;
  second.previous = 0;
  EXPECT_FALSE(invariant());
}

}  // namespace
}  // namespace strata::core
