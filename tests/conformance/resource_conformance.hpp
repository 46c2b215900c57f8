// What every strata::resource promises, written once. A resource takes part in
// a few lines:
//
//   struct heap_under_test {
//     strata::heap resource{{.name = "conformance"}};
//   };
//   INSTANTIATE_TYPED_TEST_SUITE_P(heap, resource_conformance, heap_under_test);
//
// The type is default-constructed for each test; its member `resource` is what
// is tested. It must be able to give out some 8 MiB.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <memory_resource>
#include <new>
#include <random>
#include <set>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include <strata/resource/resource.hpp>

#include "support/opaque.hpp"

namespace strata::test {

struct conformance_block {
  unsigned char* memory;
  std::size_t bytes;
  std::size_t alignment;
  unsigned char pattern;
};

template <class UnderTest>
class resource_conformance : public testing::Test {
 protected:
  using resource_type = std::remove_reference_t<decltype(UnderTest::resource)>;
  static_assert(strata::resource<resource_type>);

  resource_type& resource() { return under_test_.resource; }

  conformance_block make(std::size_t bytes, std::size_t alignment, unsigned char pattern) {
    auto* memory = static_cast<unsigned char*>(resource().allocate(bytes, alignment));
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(memory) % alignment, 0u) << bytes;
    std::memset(memory, pattern, bytes);
    return {memory, bytes, alignment, pattern};
  }

  void end(const conformance_block& block) {
    for (std::size_t i = 0; i < block.bytes; ++i) {
      ASSERT_EQ(block.memory[i], block.pattern) << "byte " << i << " of " << block.bytes;
    }
    resource().deallocate(block.memory, block.bytes, block.alignment);
  }

 private:
  UnderTest under_test_;
};

TYPED_TEST_SUITE_P(resource_conformance);

TYPED_TEST_P(resource_conformance, every_size_is_served_and_aligned) {
  for (std::size_t bytes = 0; bytes <= 300000; bytes += bytes < 100 ? 1 : bytes / 3) {
    void* const block = this->resource().allocate(bytes);
    ASSERT_NE(block, nullptr);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block) % alignof(std::max_align_t), 0u) << bytes;
    std::memset(block, 0x5a, bytes);
    this->resource().deallocate(block, bytes);
  }
}

TYPED_TEST_P(resource_conformance, every_alignment_is_served) {
  std::vector<conformance_block> blocks;
  for (std::size_t alignment = 1; alignment <= 65536; alignment *= 2) {
    for (const std::size_t bytes : {1u, 100u, 3000u}) {
      blocks.push_back(this->make(bytes, alignment, static_cast<unsigned char>(blocks.size())));
    }
  }
  for (const conformance_block& block : blocks) this->end(block);
}

TYPED_TEST_P(resource_conformance, no_bytes_give_a_block_of_its_own) {
  void* const first = this->resource().allocate(0);
  void* const second = this->resource().allocate(0);
  EXPECT_NE(first, nullptr);
  EXPECT_NE(first, second);
  this->resource().deallocate(first, 0);
  this->resource().deallocate(second, 0);
}

TYPED_TEST_P(resource_conformance, blocks_keep_their_contents_in_any_order_of_death) {
  std::mt19937 random(4711);
  std::vector<conformance_block> blocks;
  for (int step = 0; step < 4000; ++step) {
    if (blocks.size() > 200 || (!blocks.empty() && random() % 3 == 0)) {
      const std::size_t victim = random() % blocks.size();
      this->end(blocks[victim]);
      blocks[victim] = blocks.back();
      blocks.pop_back();
    } else {
      const std::size_t bytes = std::size_t{1} << random() % 14;
      const std::size_t alignment = std::size_t{1} << random() % 8;
      blocks.push_back(
          this->make(bytes + random() % 7, alignment, static_cast<unsigned char>(random() % 256)));
    }
  }
  for (const conformance_block& block : blocks) this->end(block);
}

TYPED_TEST_P(resource_conformance, impossible_sizes_are_refused) {
  for (const std::size_t bytes : {std::size_t{PTRDIFF_MAX}, SIZE_MAX - 4096, SIZE_MAX}) {
    EXPECT_EQ(this->resource().try_allocate(opaque(bytes)), nullptr);
    EXPECT_EQ(this->resource().try_allocate(opaque(bytes), 4096), nullptr);
    EXPECT_THROW((void)this->resource().allocate(opaque(bytes)), std::bad_alloc);
    EXPECT_THROW((void)this->resource().allocate(opaque(bytes), 4096), std::bad_alloc);
  }
}

TYPED_TEST_P(resource_conformance, a_refusal_changes_nothing) {
  const conformance_block block = this->make(1000, 16, 0x77);
  EXPECT_EQ(this->resource().try_allocate(opaque(SIZE_MAX)), nullptr);
  this->end(block);
  this->end(this->make(1000, 16, 0x78));
}

TYPED_TEST_P(resource_conformance, deallocating_null_does_nothing) {
  this->resource().deallocate(nullptr, 0);
  this->resource().deallocate(nullptr, 100, 64);
}

TYPED_TEST_P(resource_conformance, generous_blocks_are_usable_to_their_end) {
  if constexpr (generous_resource<typename TestFixture::resource_type>) {
    for (std::size_t bytes = 0; bytes <= 300000; bytes = bytes * 2 + 1) {
      const sized_block given = this->resource().allocate_at_least(bytes);
      ASSERT_GE(given.bytes, bytes);
      std::memset(given.block, 0x5a, given.bytes);
      this->resource().deallocate(given.block, given.bytes);
    }
  }
}

TYPED_TEST_P(resource_conformance, is_equal_to_itself_only) {
  std::pmr::memory_resource& base = this->resource();
  EXPECT_TRUE(base.is_equal(base));
  EXPECT_FALSE(base.is_equal(*std::pmr::null_memory_resource()));
}

TYPED_TEST_P(resource_conformance, the_polymorphic_interface_is_the_same_resource) {
  std::pmr::memory_resource& base = this->resource();
  void* const block = base.allocate(100, 64);
  EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block) % 64, 0u);
  this->resource().deallocate(block, 100, 64);
  void* const other = this->resource().allocate(100, 64);
  base.deallocate(other, 100, 64);
  EXPECT_THROW((void)base.allocate(opaque(SIZE_MAX)), std::bad_alloc);
}

TYPED_TEST_P(resource_conformance, standard_containers_work_on_it) {
  std::pmr::memory_resource* const base = &this->resource();
  std::pmr::unordered_map<int, std::pmr::string> words(base);
  std::pmr::set<std::pmr::string> sorted(base);
  for (int i = 0; i < 2000; ++i) {
    std::pmr::string text(static_cast<std::size_t>(i % 50 + 1), static_cast<char>('a' + i % 26),
                          base);
    sorted.insert(text);
    words.emplace(i, std::move(text));
  }
  for (int i = 0; i < 2000; i += 2) words.erase(i);
  for (const auto& [number, text] : words) {
    ASSERT_EQ(text.size(), static_cast<std::size_t>(number % 50 + 1));
    ASSERT_TRUE(sorted.contains(text));
  }
}

REGISTER_TYPED_TEST_SUITE_P(resource_conformance, every_size_is_served_and_aligned,
                            every_alignment_is_served, no_bytes_give_a_block_of_its_own,
                            blocks_keep_their_contents_in_any_order_of_death,
                            impossible_sizes_are_refused, a_refusal_changes_nothing,
                            deallocating_null_does_nothing, generous_blocks_are_usable_to_their_end,
                            is_equal_to_itself_only, the_polymorphic_interface_is_the_same_resource,
                            standard_containers_work_on_it);

}  // namespace strata::test
