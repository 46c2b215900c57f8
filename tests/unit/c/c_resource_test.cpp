// Resources in C, called from C++; tests/conformance/c99/ is the same from C99.
#include <gtest/gtest.h>
#include <strata/strata.h>

#include <cerrno>
#include <memory_resource>
#include <string>
#include <vector>

namespace {

constexpr int errno_before = 4711;

struct counts {
  std::size_t live = 0;
  bool refuses = false;
};

void* counted_allocate(void* state, std::size_t size, std::size_t alignment) {
  auto& now = *static_cast<counts*>(state);
  if (now.refuses) return nullptr;
  now.live += size;
  return std::pmr::new_delete_resource()->allocate(size, alignment);
}

void counted_deallocate(void* state, void* block, std::size_t size, std::size_t alignment) {
  static_cast<counts*>(state)->live -= size;
  std::pmr::new_delete_resource()->deallocate(block, size, alignment);
}

class c_resource : public testing::Test {
 protected:
  void SetUp() override {
    const strata_callbacks functions{
        .allocate = counted_allocate, .deallocate = counted_deallocate, .state = &counts_};
    resource_ = strata_callback_resource_create(&functions);
    ASSERT_NE(resource_, nullptr);
    errno = errno_before;
  }
  void TearDown() override {
    strata_callback_resource_destroy(resource_);
    EXPECT_EQ(counts_.live, 0u);
  }

  counts counts_;
  strata_resource* resource_ = nullptr;
};

TEST_F(c_resource, asks_the_functions) {
  void* const block = strata_resource_allocate(resource_, 100, 64);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block) % 64, 0u);
  EXPECT_EQ(counts_.live, 100u);
  strata_resource_deallocate(resource_, block, 100, 64);
  strata_resource_deallocate(resource_, nullptr, 100, 64);
  EXPECT_EQ(errno, errno_before);
}

TEST_F(c_resource, a_refusal_is_null_and_enomem) {
  counts_.refuses = true;
  EXPECT_EQ(strata_resource_allocate(resource_, 100, 16), nullptr);
  EXPECT_EQ(errno, ENOMEM);
}

TEST_F(c_resource, arguments_that_make_no_sense_are_refused) {
  EXPECT_EQ(strata_resource_allocate(resource_, 100, 24), nullptr);
  EXPECT_EQ(errno, EINVAL);
  EXPECT_STREQ(strata_last_error(), "strata: the alignment is not a power of two");
  EXPECT_EQ(strata_resource_allocate(nullptr, 100, 16), nullptr);
  EXPECT_STREQ(strata_last_error(), "strata: the resource is NULL");
  EXPECT_EQ(strata_callback_resource_create(nullptr), nullptr);
  const strata_callbacks half{
      .allocate = counted_allocate, .deallocate = nullptr, .state = nullptr};
  errno = errno_before;
  EXPECT_EQ(strata_callback_resource_create(&half), nullptr);
  EXPECT_EQ(errno, EINVAL);
  EXPECT_STREQ(strata_last_error(), "strata: a callback is NULL");
  strata_callback_resource_destroy(nullptr);
}

TEST_F(c_resource, is_a_memory_resource_in_cxx) {
  auto* const memory = reinterpret_cast<std::pmr::memory_resource*>(resource_);
  std::pmr::vector<int> numbers(memory);
  for (int i = 0; i < 1000; ++i) numbers.push_back(i);
  EXPECT_GE(counts_.live, 1000 * sizeof(int));
}

}  // namespace
