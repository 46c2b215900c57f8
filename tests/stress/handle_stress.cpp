// Shared and weak handles of atomic counts on several threads. What a thread does to
// an object happens before its destructor, and what the destructor does before the
// next object in that slot: plain reads and writes let ThreadSanitizer judge that.
#include <strata/pool/counted_pool.hpp>

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <barrier>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <random>
#include <thread>
#include <vector>

#include "support/sanitized.hpp"

namespace strata {
namespace {

constexpr std::size_t thread_count = 4;

// Each thread writes a place of its own; the destructor reads them all.
struct witnessed {
  static inline std::atomic<std::size_t> ended{0};
  static inline std::atomic<std::size_t> writes_seen{0};

  ~witnessed() {
    std::size_t sum = 0;
    for (std::size_t& each : written) {
      sum += each;
      each = 0;
    }
    writes_seen += sum;
    ++ended;
  }

  std::array<std::size_t, thread_count> written{};
};

using pool_type = counted_pool<witnessed, atomic_counts>;
using shared = shared_handle<witnessed, atomic_counts>;
using weak = weak_handle<witnessed, atomic_counts>;

// Runs `work(thread)` on each thread, all at once.
template <class Work>
void on_all_threads(const Work& work) {
  std::vector<std::thread> threads;
  threads.reserve(thread_count);
  for (std::size_t i = 0; i < thread_count; ++i) threads.emplace_back([&work, i] { work(i); });
  for (std::thread& each : threads) each.join();
}

TEST(handle_stress, the_last_of_many_owners_sees_what_all_did) {
  const std::size_t rounds = test::scaled(20000);
  witnessed::ended = 0;
  witnessed::writes_seen = 0;
  pool_type pool({.name = "stress"});
  std::array<shared, thread_count> handles;
  std::barrier together(static_cast<std::ptrdiff_t>(thread_count));
  on_all_threads([&](std::size_t me) {
    for (std::size_t round = 0; round < rounds; ++round) {
      if (me == 0) handles.fill(pool.make());
      together.arrive_and_wait();
      handles[me]->written[me] = 1;
      handles[me].reset();
      together.arrive_and_wait();
    }
  });
  EXPECT_EQ(witnessed::ended, rounds);
  EXPECT_EQ(witnessed::writes_seen, rounds * thread_count);
  EXPECT_EQ(pool.size(), 0u);
}

// Lets two owners of an object look at the counts before either goes, so that the
// last one learns of the other from its subtraction alone. They meet by relaxed
// operations, which order nothing else.
struct meeting_counts : atomic_counts {
  static inline std::atomic<int> arrived{0};

  class word : public atomic_counts::word {
   public:
    using atomic_counts::word::word;

    [[nodiscard]] std::uint64_t see_all() const noexcept {
      const std::uint64_t seen = atomic_counts::word::see_all();
      if (static_cast<std::uint32_t>(seen) == 2) {
        arrived.fetch_add(1, std::memory_order_relaxed);
        while (arrived.load(std::memory_order_relaxed) < 2) std::this_thread::yield();
      }
      return seen;
    }
  };
};

TEST(handle_stress, two_owners_that_go_at_once_see_each_other) {
  const std::size_t rounds = test::scaled(4000);
  witnessed::ended = 0;
  witnessed::writes_seen = 0;
  counted_pool<witnessed, meeting_counts> pool({.name = "stress"});
  std::array<shared_handle<witnessed, meeting_counts>, 2> handles;
  std::barrier together(2);
  const auto work = [&](std::size_t me) {
    for (std::size_t round = 0; round < rounds; ++round) {
      if (me == 0) {
        meeting_counts::arrived = 0;
        handles.fill(pool.make());
      }
      together.arrive_and_wait();
      handles[me]->written[me] = 1;
      handles[me].reset();
      together.arrive_and_wait();
    }
  };
  std::thread other(work, 1);
  work(0);
  other.join();
  EXPECT_EQ(witnessed::ended, rounds);
  EXPECT_EQ(witnessed::writes_seen, 2 * rounds);
}

TEST(handle_stress, a_weak_handle_races_the_last_owner) {
  const std::size_t rounds = test::scaled(20000);
  witnessed::ended = 0;
  pool_type pool({.name = "stress"});
  shared owner;
  std::array<weak, thread_count> observers;
  std::atomic<std::size_t> locked{0};
  std::barrier together(static_cast<std::ptrdiff_t>(thread_count));
  on_all_threads([&](std::size_t me) {
    for (std::size_t round = 0; round < rounds; ++round) {
      if (me == 0) {
        owner = pool.make();
        observers.fill(weak(owner));
      }
      together.arrive_and_wait();
      if (me == 0) {
        owner.reset();
      } else if (const shared mine = observers[me].lock()) {
        mine->written[me] = 1;
        ++locked;
      }
      observers[me].reset();
      together.arrive_and_wait();
    }
  });
  EXPECT_EQ(witnessed::ended, rounds);
  EXPECT_LE(locked, rounds * (thread_count - 1));
  EXPECT_EQ(pool.size(), 0u);
}

// Places where threads leave handles for each other.
class exchange {
 public:
  void put(std::size_t at, const shared& handle) {
    const std::lock_guard lock(mutex_);
    owners_[at] = handle;
  }
  void watch(std::size_t at) {
    const std::lock_guard lock(mutex_);
    observers_[at] = owners_[at];
  }
  [[nodiscard]] shared owner(std::size_t at) {
    const std::lock_guard lock(mutex_);
    return owners_[at];
  }
  [[nodiscard]] weak observer(std::size_t at) {
    const std::lock_guard lock(mutex_);
    return observers_[at];
  }
  static constexpr std::size_t places = 16;

 private:
  std::mutex mutex_;
  std::array<shared, places> owners_;
  std::array<weak, places> observers_;
};

TEST(handle_stress, handles_wander_between_threads) {
  const std::size_t steps = test::scaled(100000);
  witnessed::ended = 0;
  std::atomic<std::size_t> made{0};
  pool_type pool({.name = "stress"});
  {
    exchange places;
    on_all_threads([&](std::size_t me) {
      std::mt19937 random(static_cast<unsigned>(me));
      for (std::size_t step = 0; step < steps; ++step) {
        const std::size_t at = random() % exchange::places;
        switch (random() % 5) {
          case 0:
            places.put(at, pool.make());
            ++made;
            break;
          case 1:
            places.put(at, places.owner(random() % exchange::places));
            break;
          case 2:
            places.watch(at);
            break;
          case 3:
            places.put(at, nullptr);
            break;
          default:
            if (const shared mine = places.observer(at).lock()) mine->written[me] = 1;
        }
      }
    });
  }
  EXPECT_EQ(witnessed::ended, made);
  EXPECT_EQ(pool.size(), 0u);
}

}  // namespace
}  // namespace strata
