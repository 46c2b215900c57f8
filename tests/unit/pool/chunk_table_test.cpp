// The table that tells a growing pool which slot begins at an address: chunks that lie
// close, chunks that lie so that no table tells them apart, and addresses of nobody.
#include <strata/pool/growing_pool.hpp>

#include <gtest/gtest.h>
#include <sys/mman.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <random>
#include <vector>

#include "failing_upstream.hpp"

namespace strata {
namespace {

constexpr std::size_t chunk_bytes = 65536;

struct item {
  std::array<std::uint64_t, 6> words;
};

// Gives chunks at multiples of so many bytes; whatever else is wanted, from elsewhere.
class spread_upstream final : public std::pmr::memory_resource {
 public:
  explicit spread_upstream(std::size_t distance)
      : distance_(distance),
        bytes_(distance * places),
        mapped_(::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0)) {
    if (mapped_ == MAP_FAILED) throw std::bad_alloc();
  }
  ~spread_upstream() override { ::munmap(mapped_, bytes_); }
  spread_upstream(const spread_upstream&) = delete;
  spread_upstream& operator=(const spread_upstream&) = delete;

 private:
  static constexpr std::size_t places = 100;

  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    if (alignment < 65536) return ::operator new (bytes, std::align_val_t{alignment});
    const auto first = (reinterpret_cast<std::uintptr_t>(mapped_) + alignment - 1) / alignment;
    if (next_ + 2 > places) throw std::bad_alloc();
    return reinterpret_cast<void*>(first * alignment + next_++ * distance_);
  }
  void do_deallocate(void* block, std::size_t, std::size_t alignment) override {
    if (alignment < 65536) ::operator delete (block, std::align_val_t{alignment});
  }
  [[nodiscard]] bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override {
    return this == &other;
  }

  std::size_t distance_;
  std::size_t bytes_;
  void* mapped_;
  std::size_t next_ = 0;
};

void churn(std::size_t distance, std::size_t retain) {
  spread_upstream upstream(distance);
  growing_pool<item> pool(
      {.capacity = 5, .growth = pool_growth::linear(20), .retain = retain, .upstream = &upstream});
  std::vector<item*> live;
  std::mt19937 random(5);
  for (std::size_t i = 0; i < 1000; ++i) live.push_back(&pool.emplace(item{{i}}));
  for (std::size_t step = 0; step < 5000; ++step) {
    item*& each = live[random() % live.size()];
    pool.release(each);
    each = &pool.emplace(item{{step}});
  }
  EXPECT_TRUE(pool.verify());
  std::size_t seen = 0;
  pool.for_each([&](const item&) { ++seen; });
  EXPECT_EQ(seen, live.size());
  for (item* each : live) pool.release(each);
  EXPECT_EQ(pool.size(), 0u);
  EXPECT_TRUE(pool.verify());
}

TEST(chunk_table, chunks_that_lie_close) { churn(65536, SIZE_MAX); }
TEST(chunk_table, chunks_that_lie_apart) { churn(chunk_bytes * 7, SIZE_MAX); }
TEST(chunk_table, chunks_that_want_the_same_entry) { churn(chunk_bytes << 10, SIZE_MAX); }
TEST(chunk_table, pools_that_return_chunks_have_none) { churn(65536, 5000); }

// Stands where a chunk would.
struct chunk_head {
  static constexpr std::size_t chunk_bytes = 65536;
  static constexpr std::size_t stride = 48;
  struct {
    std::byte* first;
    [[nodiscard]] std::byte* address(std::size_t) const { return first; }
  } block;
  [[nodiscard]] static std::size_t opened() { return 10; }
};

TEST(chunk_table, grows_until_each_chunk_has_an_entry_or_it_is_large) {
  struct {
    std::size_t distance;
    bool fits;
  } const cases[] = {{65536, true}, {chunk_bytes * 8, true}, {chunk_bytes << 10, false}};
  for (const auto& [distance, fits] : cases) {
    spread_upstream upstream(distance);
    detail::pool_memory memory({{}, SIZE_MAX, nullptr, &upstream});
    detail::chunk_directory directory(memory);
    detail::chunk_table<chunk_head> table(memory);
    std::vector<chunk_head*> chunks;
    for (int i = 0; i < 40; ++i) {
      auto* const place = static_cast<std::byte*>(upstream.allocate(1000, 65536));
      chunks.push_back(new (place) chunk_head{{place + 64}});
      ASSERT_TRUE(directory.make_room());
      directory.insert(chunks.back());
      table.insert(directory, *chunks.back());
    }
    std::size_t found = 0;
    for (const chunk_head* each : chunks) {
      found += table.begins_slot(each->block.first + 9L * 48) ? 1 : 0;
      EXPECT_FALSE(table.begins_slot(each->block.first + 10L * 48)) << "not opened";
    }
    EXPECT_EQ(found == chunks.size(), fits);
    EXPECT_GE(found, 1u);
    EXPECT_LE(table.held_bytes(), chunks.size() * 1024);
    while (!chunks.empty()) {
      directory.erase(chunks.back());
      table.erase(directory, *chunks.back());
      EXPECT_FALSE(table.begins_slot(chunks.back()->block.first));
      chunks.pop_back();
    }
    EXPECT_EQ(table.held_bytes(), 0u);
  }
}

TEST(chunk_table, goes_with_the_chunks) {
  test::failing_upstream upstream;
  growing_pool<item> pool({.growth = pool_growth::linear(20), .upstream = &upstream});
  std::vector<item*> live(20000);
  for (item*& each : live) each = &pool.emplace();
  const std::size_t before = pool.held_bytes();
  item* const last = live.back();
  live.pop_back();
  for (item* each : live) pool.release(each);
  pool.shrink_to_fit();
  EXPECT_EQ(pool.capacity(), 20u);
  EXPECT_LT(pool.held_bytes(), before / 100);
  EXPECT_TRUE(pool.verify());
  pool.release(last);
  EXPECT_TRUE(pool.verify());
}

// Each chunk is at its entry, or in the directory only; both must tell.
void expect_mistakes_to_be_named(std::size_t distance) {
  spread_upstream upstream(distance);
  growing_pool<item> pool(
      {.name = "spread", .growth = pool_growth::linear(20), .upstream = &upstream});
  std::vector<item*> live(90);
  for (item*& each : live) each = &pool.emplace();
  for (const std::size_t index : {0u, 45u, 89u}) {
    auto* const at = reinterpret_cast<std::byte*>(live[index]);
    const auto release = [&](std::ptrdiff_t off) {
      pool.release(reinterpret_cast<item*>(at + off));
    };
    EXPECT_DEATH(release(8), "foreign release") << "into an object";
    EXPECT_DEATH(release(-65536), "release") << "before the chunk";
    EXPECT_DEATH(release(3L * 65536), "foreign release") << "between chunks";
    pool.release(live[index]);
    EXPECT_DEATH(release(0), "double release");
  }
}

TEST(chunk_table_death, names_mistakes_where_each_chunk_has_an_entry) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  expect_mistakes_to_be_named(chunk_bytes * 5);
}
TEST(chunk_table_death, names_mistakes_where_they_share_one) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  expect_mistakes_to_be_named(chunk_bytes << 10);
}

TEST(chunk_table_death, an_address_that_is_not_mapped_is_not_touched) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  growing_pool<item> pool;
  pool.emplace();
  for (const std::uintptr_t address : {std::uintptr_t{48}, std::uintptr_t{1} << 46}) {
    EXPECT_DEATH(pool.release(reinterpret_cast<item*>(address)), "foreign release");
  }
  growing_pool<item> returning({.retain = 0});
  EXPECT_DEATH(returning.release(reinterpret_cast<item*>(48)), "foreign release");
}

TEST(chunk_table_death, a_slot_that_nobody_took_yet_is_no_object) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  growing_pool<item> pool({.capacity = 10});
  item* const only = &pool.emplace();
  EXPECT_DEATH(pool.release(only + 1), "release");
}

TEST(chunk_table, a_pool_that_returns_chunks_counts_whatever_moves_its_free_slots) {
  growing_pool<item> pool({.growth = pool_growth::linear(20), .retain = 40});
  const auto use_some = [&] {
    for (int i = 0; i < 10; ++i) pool.emplace();
    EXPECT_TRUE(pool.verify());
  };
  std::vector<item*> live;
  for (int i = 0; i < 60; ++i) live.push_back(&pool.emplace());
  for (int i = 0; i < 30; ++i) pool.release(live[static_cast<std::size_t>(i) * 2]);
  pool.reserve(5000);  // in other cells
  use_some();
  pool.shrink_to_fit();
  use_some();
}

TEST(chunk_table, iterations_in_a_pool_that_returns_chunks) {
  growing_pool<item> pool({.growth = pool_growth::linear(20), .retain = 40});
  std::mt19937 random(9);
  for (int round = 0; round < 200; ++round) {
    for (int i = 0; i < 30; ++i) pool.emplace(item{{1}});
    ASSERT_TRUE(pool.verify()) << "which counts what is used in each chunk";
    std::size_t released = 0;
    std::size_t made = 0;
    const std::size_t before = pool.size();
    pool.for_each([&](item& each) {
      if (random() % 3 == 0) {
        pool.release(&each);
        ++released;
      } else if (random() % 20 == 0) {
        pool.emplace(item{{1}});
        ++made;
      }
    });
    ASSERT_TRUE(pool.verify());
    ASSERT_EQ(pool.size(), before + made - released);
    pool.emplace(item{{1}});
    ASSERT_TRUE(pool.verify()) << "what the visitor released is counted when it serves";
    std::size_t seen = 0;
    pool.for_each([&](const item& each) { seen += each.words[0]; });
    ASSERT_EQ(seen, pool.size());
  }
  pool.clear();
  EXPECT_EQ(pool.size(), 0u);
  EXPECT_LE(pool.capacity(), 60u);
  EXPECT_TRUE(pool.verify());
}

}  // namespace
}  // namespace strata
