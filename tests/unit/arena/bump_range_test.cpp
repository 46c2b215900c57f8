// Where a bump region's range comes from: pages, accounts, upstreams, buffers.
#include <strata/arena/detail/bump_range.hpp>

#include <strata/arena/bump_region.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstring>
#include <memory_resource>
#include <string>

namespace strata::test {
namespace {

struct counting_resource final : std::pmr::memory_resource {
  std::size_t held = 0;
  bool refuses = false;

  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    if (refuses) throw std::bad_alloc();
    held += bytes;
    return std::pmr::new_delete_resource()->allocate(bytes, alignment);
  }
  void do_deallocate(void* block, std::size_t bytes, std::size_t alignment) override {
    held -= bytes;
    std::pmr::new_delete_resource()->deallocate(block, bytes, alignment);
  }
  [[nodiscard]] bool do_is_equal(const memory_resource& other) const noexcept override {
    return this == &other;
  }
};

template <class Region>
void fill(Region& region) {
  const std::size_t bytes = region.remaining() / 2;
  std::memset(region.allocate(bytes), 0x5a, bytes);
}

TEST(bump_range, own_pages_are_charged_to_an_account_of_that_name) {
  strata::account parent({.name = "bump parent"});
  {
    strata::bump_region<> region(100000, {.name = "frames", .parent = &parent});
    fill(region);
    ASSERT_TRUE(region.account().has_value());
    EXPECT_EQ(region.account()->name(), "frames");
    EXPECT_EQ(region.name(), "frames");
    EXPECT_GE(region.account()->usage(), 100000u);
    EXPECT_GE(region.capacity(), 100000u);
    EXPECT_EQ(parent.usage(), region.account()->usage());
  }
  EXPECT_EQ(parent.usage(), 0u);
}

TEST(bump_range, guards_are_part_of_what_is_held) {
  strata::account parent({.name = "bump parent"});
  {
    strata::bump_region<bump_policies::safety> region(100000, {.parent = &parent});
    fill(region);
    EXPECT_GT(parent.usage(), region.capacity());
    EXPECT_EQ(region.name(), "bump region");
  }
  EXPECT_EQ(parent.usage(), 0u);
}

TEST(bump_range, a_limit_refuses_the_whole_region) {
  strata::account parent({.name = "bump parent"});
  try {
    strata::bump_region<> region(100000, {.name = "frames", .limit = 50000, .parent = &parent});
    FAIL();
  } catch (const strata::out_of_memory& refusal) {
    EXPECT_EQ(refusal.account_name(), "frames");
  }
  EXPECT_THROW(strata::bump_region<bump_policies::safety>(100000, {.limit = 50000}),
               strata::out_of_memory);
  EXPECT_EQ(parent.usage(), 0u);
}

TEST(bump_range, impossible_sizes_are_refused) {
  for (const std::size_t bytes : {SIZE_MAX, SIZE_MAX - 4096, std::size_t{PTRDIFF_MAX}}) {
    EXPECT_THROW(strata::bump_region<> region(bytes), strata::out_of_memory);
    EXPECT_THROW(strata::bump_region<bump_policies::safety> region(bytes), strata::out_of_memory);
  }
}

TEST(bump_range, pages_that_had_guards_can_be_used_again) {
  for (int i = 0; i < 20; ++i) {
    strata::bump_region<bump_policies::safety> guarded(70000);
    fill(guarded);
  }
  strata::bump_region<> plain(4 << 20);
  fill(plain);
}

struct wide : bump_policies::safety {
  static constexpr std::size_t alignment = 65536;
};

TEST(bump_range, an_alignment_above_a_page_moves_the_guards_apart) {
  strata::bump_region<wide> region(1 << 20);
  void* const block = region.allocate(10);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block) % wide::alignment, 0u);
  region.deallocate(block, 10);
}

TEST(bump_range, an_upstream_gets_its_block_back) {
  counting_resource upstream;
  {
    strata::bump_region<> region(10000, {.upstream = &upstream});
    EXPECT_EQ(upstream.held, 10000u);
    EXPECT_FALSE(region.account().has_value());
    fill(region);
  }
  EXPECT_EQ(upstream.held, 0u);
}

TEST(bump_range, over_an_upstream_a_name_brings_an_account) {
  counting_resource upstream;
  strata::account parent({.name = "bump parent"});
  {
    strata::bump_region<> region(10000,
                                 {.name = "frames", .parent = &parent, .upstream = &upstream});
    EXPECT_EQ(region.account()->name(), "frames");
    EXPECT_EQ(parent.usage(), 10000u);
    EXPECT_THROW(strata::bump_region<>(10000, {.limit = 9999, .upstream = &upstream}),
                 strata::out_of_memory);
    EXPECT_EQ(upstream.held, 10000u);
  }
  EXPECT_EQ(parent.usage(), 0u);
}

TEST(bump_range, when_the_upstream_refuses_nothing_stays_charged) {
  counting_resource upstream;
  upstream.refuses = true;
  strata::account parent({.name = "bump parent"});
  EXPECT_THROW(strata::bump_region<>(10000, {.parent = &parent, .upstream = &upstream}),
               std::bad_alloc);
  EXPECT_EQ(parent.usage(), 0u);
}

TEST(bump_range, a_buffer_is_nobodys_when_the_region_is_gone) {
  std::array<std::byte, 1000> buffer{};
  {
    strata::bump_region<bump_policies::safety> region(buffer);
    (void)region.allocate(100);
    EXPECT_FALSE(region.account().has_value());
  }
  buffer.fill(std::byte{1});  // AddressSanitizer would see what stayed poisoned
}

TEST(bump_range, long_names_are_cut) {
  std::array<std::byte, 100> buffer{};
  const std::string name(200, 'n');
  EXPECT_EQ(strata::bump_region<>(buffer, name).name(), name.substr(0, 63));
}

}  // namespace
}  // namespace strata::test
