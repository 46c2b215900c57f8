// Random operations, right and wrong ones, against a model that knows which
// mistakes must be found; and containers whose every n-th request is refused.
#include <strata/adaptor/checked.hpp>

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <map>
#include <random>
#include <string>
#include <vector>

#include <strata/adaptor/failing.hpp>
#include <strata/adaptor/tracked.hpp>
#include <strata/resource/page_resource.hpp>

#include "support/sanitized.hpp"
#include "support/unsanitized.hpp"
#include "unit/adaptor/debug_errors.hpp"
#include "unit/adaptor/strict_upstream.hpp"

namespace strata {
namespace {

using test::debug_errors;
using test::overwrite;
using test::strict_upstream;

using kind = debug_error_kind;

// Counts mistakes by kind, made here and found there.
using tally = std::map<debug_error_kind, std::size_t>;

class checked_model {
 public:
  checked_model(strict_upstream& upstream, unsigned seed, tally& found)
      : random_(seed), resource_(config_of(upstream, found)) {}

  ~checked_model() {
    for (const block& each : live_) end(each);
  }

  checked_model(const checked_model&) = delete;
  checked_model& operator=(const checked_model&) = delete;

  void step() {
    const auto dice = random_() % 100;
    if (live_.size() < 20 || dice < 40) {
      allocate();
    } else if (dice < 80) {
      deallocate();
    } else if (dice < 95) {
      err();
    } else if (dice < 98) {
      resource_.empty_quarantine();
    } else {
      static_cast<void>(resource_.validate());
    }
    ASSERT_EQ(resource_.statistics().live_blocks, live_.size());
  }

  // Then every mistake that was made has been found.
  void settle() { static_cast<void>(resource_.validate()); }

  [[nodiscard]] const tally& made() const { return made_; }

 private:
  struct block {
    std::byte* memory;
    std::size_t bytes;
    std::size_t alignment;
    int pattern;
  };

  static debug_config config_of(strict_upstream& upstream, tally& found) {
    debug_config config;
    config.upstream = &upstream;
    config.quarantine_bytes = 6000;
    config.backtrace_depth = 4;
    config.on_error = [&found](const debug_error& error) { ++found[error.kind]; };
    return config;
  }

  void allocate() {
    const std::size_t bytes = random_() % (random_() % 10 == 0 ? 8000 : 200);
    const std::size_t alignment = std::size_t{1} << random_() % 8;
    auto* const memory = static_cast<std::byte*>(resource_.allocate(bytes, alignment));
    const int pattern = static_cast<int>(random_() % 256);
    std::memset(memory, pattern, bytes);
    live_.push_back({memory, bytes, alignment, pattern});
    ASSERT_TRUE(resource_.owns(memory));
  }

  [[nodiscard]] block pick() {
    std::swap(live_[random_() % live_.size()], live_.back());
    const block picked = live_.back();
    live_.pop_back();
    return picked;
  }

  void deallocate() { end(pick()); }

  void end(const block& dead) {
    ASSERT_TRUE(std::all_of(dead.memory, dead.memory + dead.bytes, [&](std::byte seen) {
      return seen == static_cast<std::byte>(dead.pattern);
    }));
    resource_.deallocate(dead.memory, dead.bytes, dead.alignment);
  }

  void err() {
    const block victim = pick();
    switch (random_() % 5) {
      case 0:
        return double_free(victim);
      case 1:
        return late_write(victim);
      case 2:
        return wrong_numbers(victim);
      case 3:
        return write_outside(victim);
      default:
        return free_foreign(victim);
    }
  }

  void double_free(const block& victim) {
    end(victim);
    resource_.deallocate(victim.memory, victim.bytes, victim.alignment);
    ++made_[kind::double_free];
  }

  // Found at the latest when the block leaves the quarantine; larger ones never enter.
  void late_write(const block& victim) {
    end(victim);
    if (victim.bytes == 0 || victim.bytes > 5000) return;
    overwrite(victim.memory + random_() % victim.bytes);
    ++made_[kind::use_after_free];
  }

  void wrong_numbers(const block& victim) {
    const bool size = random_() % 2 == 0;
    resource_.deallocate(victim.memory, victim.bytes + (size ? 1 : 0),
                         size ? victim.alignment : victim.alignment * 2);
    ++made_[size ? kind::size_mismatch : kind::alignment_mismatch];
  }

  void write_outside(const block& victim) {
    const bool past = random_() % 2 == 0;
    overwrite(past ? victim.memory + victim.bytes + random_() % 32
                   : victim.memory - 1 - random_() % 32);
    ++made_[past ? kind::overflow : kind::underflow];
    end(victim);
  }

  // Of what can never be a block, or have been one.
  void free_foreign(const block& victim) {
    resource_.deallocate(reinterpret_cast<std::byte*>(this) + random_() % sizeof *this, 1);
    ++made_[kind::foreign_pointer];
    end(victim);
  }

  std::mt19937 random_;
  tally made_;
  checked resource_;
  std::vector<block> live_;
};

TEST(checked_model_test, every_mistake_is_found_once_and_nothing_else) {
  for (unsigned seed = 1; seed <= 4; ++seed) {
    strict_upstream upstream;
    tally found;
    checked_model model(upstream, seed, found);
    for (std::size_t step = 0; step < test::scaled(8000); ++step) model.step();
    model.settle();
    EXPECT_EQ(found, model.made()) << "seed " << seed;
  }
}

void fill_containers(std::pmr::memory_resource& memory) {
  std::pmr::map<int, std::pmr::string> words(&memory);
  std::pmr::vector<std::pmr::string> list(&memory);
  for (int i = 0; i < 40; ++i) {
    words[i * 7 % 40].assign(static_cast<std::size_t>(i * 5), 'x');
    list.emplace_back(static_cast<std::size_t>(i * 3), 'y');
    if (i % 3 == 0) words.erase(i);
  }
}

// As the upstream of other resources it sees whole chunks, each given back as it
// was asked for.
TEST(checked_composition, nothing_is_found_beneath_other_resources) {
  strict_upstream upstream;
  debug_errors errors;
  {
    checked resource(errors.handle({.upstream = &upstream}));
    std::pmr::monotonic_buffer_resource chunks(&resource);
    fill_containers(chunks);
    std::pmr::unsynchronized_pool_resource pool(&resource);
    fill_containers(pool);
    tracked counted(resource);
    fill_containers(counted);
    EXPECT_EQ(resource.validate(), 0u);
  }
  EXPECT_TRUE(errors.take().empty());
}

// And above them: what it asks for fits everywhere.
TEST(checked_composition, works_over_other_resources) {
  debug_errors errors;
  page_resource pages({.name = "checked over pages"});
  std::pmr::unsynchronized_pool_resource pool;
  for (std::pmr::memory_resource* upstream : {static_cast<std::pmr::memory_resource*>(&pages),
                                              static_cast<std::pmr::memory_resource*>(&pool)}) {
    checked resource(errors.handle({.upstream = upstream}));
    fill_containers(resource);
    EXPECT_EQ(resource.validate(), 0u);
  }
  EXPECT_TRUE(errors.take().empty());
}

// A limit on the records runs the handler in the middle of an allocation.
TEST(checked_fault, a_pressure_handler_may_free_blocks) {
  strict_upstream upstream;
  debug_errors errors;
  account parent({.name = "tight", .limit = 256 << 10});
  checked resource(
      errors.handle({.upstream = &upstream, .parent = &parent, .quarantine_bytes = 0}));
  std::vector<void*> cache;
  std::size_t calls = 0;
  const pressure_handler shrink(parent, [&](std::size_t) {
    ++calls;
    while (cache.size() > 100) {
      resource.deallocate(cache.back(), 8);
      cache.pop_back();
    }
    return std::size_t{0};
  });
  for (int i = 0; i < 6000; ++i) {
    void* const block = resource.try_allocate(8);
    if (block != nullptr) cache.push_back(block);
  }
  EXPECT_GT(calls, 0u);
  for (void* block : cache) resource.deallocate(block, 8);
  EXPECT_EQ(resource.statistics().live_blocks, 0u);
  EXPECT_TRUE(errors.take().empty());
}

// Refusals from below: nothing is leaked, and nothing is found.
TEST(checked_fault, each_refused_request_of_the_upstream_is_survived) {
  bool refused = true;
  for (std::uint64_t nth = 1; refused; ++nth) {
    strict_upstream upstream;
    failing limited(upstream, {.nth = nth});
    debug_errors errors;
    checked resource(errors.handle({.upstream = &limited, .quarantine_bytes = 0}));
    try {
      fill_containers(resource);
    } catch (const std::bad_alloc&) {
    }
    refused = limited.refusals() != 0;
    ASSERT_EQ(resource.statistics().live_blocks, 0u) << nth;
    ASSERT_TRUE(errors.take().empty()) << nth;
  }
}

// Refusals of memory for the records: the account's limit grows until all fits.
TEST(checked_fault, each_limit_of_the_records_is_survived) {
  for (std::size_t limit = 0; limit <= 256 << 10; limit += 4096) {
    strict_upstream upstream;
    debug_errors errors;
    checked resource(errors.handle({.upstream = &upstream, .limit = limit}));
    try {
      fill_containers(resource);
    } catch (const std::bad_alloc&) {
    }
    ASSERT_EQ(resource.statistics().live_blocks, 0u) << limit;
    ASSERT_TRUE(errors.take().empty()) << limit;
  }
}

}  // namespace
}  // namespace strata
