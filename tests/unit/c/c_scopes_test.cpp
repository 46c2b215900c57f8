// Scopes of the ambient resource in C, called from C++. Malloc scopes need a
// malloc of strata's: tests/conformance/preload/malloc_scope_test.cpp.
#include <gtest/gtest.h>
#include <strata/strata.h>
#include <strata/context/context.hpp>

#include <cerrno>
#include <memory_resource>
#include <thread>

namespace {

strata_resource* default_resource() {
  return reinterpret_cast<strata_resource*>(std::pmr::get_default_resource());
}

class c_scopes : public testing::Test {
 protected:
  std::pmr::unsynchronized_pool_resource pool_;
  strata_resource* resource_ =
      reinterpret_cast<strata_resource*>(static_cast<std::pmr::memory_resource*>(&pool_));
};

TEST_F(c_scopes, scopes_nest_with_those_of_cxx) {
  EXPECT_EQ(strata_current_resource(), default_resource());
  strata_scope outer;
  ASSERT_EQ(strata_scope_enter(&outer, resource_), 1);
  EXPECT_EQ(strata::context::current_resource(), &pool_);
  {
    const strata::context::scope inner(*std::pmr::new_delete_resource());
    EXPECT_NE(strata_current_resource(), resource_);
  }
  EXPECT_EQ(strata_current_resource(), resource_);
  strata_scope_leave(&outer);
  EXPECT_EQ(strata_current_resource(), default_resource());
}

TEST_F(c_scopes, temporaries_end_with_the_scope) {
  EXPECT_EQ(strata_temp_resource(), default_resource());
  void* before = nullptr;
  for (int round = 0; round < 2; ++round) {
    strata_scope scope;
    ASSERT_EQ(strata_scope_enter(&scope, resource_), 1);
    void* const block = strata_resource_allocate(strata_temp_resource(), 1000, 16);
    EXPECT_TRUE(round == 0 || block == before);
    before = block;
    strata_scope_leave(&scope);
  }
}

TEST_F(c_scopes, mistakes_are_refused_or_end_the_program) {
  strata_scope scope;
  errno = 0;
  EXPECT_EQ(strata_scope_enter(nullptr, resource_), 0);
  EXPECT_EQ(errno, EINVAL);
  EXPECT_EQ(strata_scope_enter(&scope, nullptr), 0);
  EXPECT_STREQ(strata_last_error(), "strata: the resource is NULL");
  strata_scope_leave(nullptr);
  strata_malloc_scope_leave(nullptr);
  ASSERT_EQ(strata_scope_enter(&scope, resource_), 1);
  EXPECT_DEATH(std::thread([&] { strata_scope_leave(&scope); }).join(), "context scope");
  strata_scope_leave(&scope);
}

TEST_F(c_scopes, without_a_malloc_of_stratas_there_is_nothing_to_redirect) {
  EXPECT_EQ(strata_malloc_scope_is_available(), 0);
  strata_malloc_scope scope;
  EXPECT_EQ(strata_malloc_scope_enter(&scope, strata_process_heap()), 0);
  EXPECT_EQ(errno, ENOTSUP);
}

}  // namespace
