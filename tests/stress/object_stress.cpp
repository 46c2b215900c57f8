// References to objects of one heap on several threads, with atomic and biased counting.
// What a thread does to an object happens before its end, and the end before the next
// object in that place: plain reads and writes let ThreadSanitizer judge that. Objects
// end on the heap's thread alone, and all of them do.
#include <strata/object/object_heap.hpp>
#include <strata/object/weak_ref.hpp>

#include <gtest/gtest.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <mutex>
#include <numeric>
#include <random>
#include <thread>
#include <utility>
#include <vector>

#include "support/sanitized.hpp"

namespace strata {
namespace {

constexpr std::size_t thread_count = 3;
using per_thread = std::array<std::size_t, thread_count>;

// Each thread writes a place of its own; the destructor, on the owner's, reads them all.
template <class Counting>
struct witnessed {
  static inline std::size_t ended = 0;
  static inline std::size_t writes_seen = 0;

  ~witnessed() {
    for (std::size_t& each : written) writes_seen += std::exchange(each, 0);
    ++ended;
  }

  per_thread written{};
  ref<witnessed, Counting> other;
};

template <class Counting>
class object_stress : public testing::Test {
 protected:
  void SetUp() override { witnessed<Counting>::ended = witnessed<Counting>::writes_seen = 0; }

  // Runs `work(thread)` on each other thread, and `mine()` on this one as long as they run.
  template <class Work, class Mine>
  static void run(const Work& work, Mine&& mine) {
    std::atomic<std::size_t> running{thread_count};
    std::vector<std::thread> threads;
    threads.reserve(thread_count);
    for (std::size_t i = 0; i < thread_count; ++i) {
      threads.emplace_back([&work, &running, i] {
        work(i);
        running.fetch_sub(1);
      });
    }
    while (running.load() != 0) mine();
    for (std::thread& each : threads) each.join();
  }

  // So many objects were made, and each thread wrote so often to one of them.
  static void expect_all_ended(std::size_t made, const per_thread& written) {
    EXPECT_EQ(witnessed<Counting>::ended, made);
    EXPECT_EQ(witnessed<Counting>::writes_seen,
              std::accumulate(written.begin(), written.end(), std::size_t{0}));
  }
};

using countings = testing::Types<atomic_counting, biased_counting>;
TYPED_TEST_SUITE(object_stress, countings, );

// Where references wait for another thread; so many at most.
template <class Reference>
class crossing {
 public:
  static constexpr std::size_t most = 64;

  void put(Reference one) {
    const std::lock_guard hold(lock_);
    if (waiting_.size() < most) waiting_.push_back(std::move(one));
  }
  [[nodiscard]] bool is_full() {
    const std::lock_guard hold(lock_);
    return waiting_.size() == most;
  }
  Reference take() {
    const std::lock_guard hold(lock_);
    if (waiting_.empty()) return {};
    Reference one = std::move(waiting_.back());
    waiting_.pop_back();
    return one;
  }

 private:
  std::mutex lock_;
  std::vector<Reference> waiting_;
};

TYPED_TEST(object_stress, references_travel_and_all_objects_end) {
  using object = witnessed<TypeParam>;
  using reference = ref<object, TypeParam>;
  const std::size_t rounds = test::scaled(200'000) + 1000;
  crossing<reference> under_way;
  per_thread written{};
  std::size_t made = 0;
  {
    object_heap<TypeParam> heap({.name = "stress"});
    this->run(
        [&](std::size_t thread) {
          std::mt19937 chance(static_cast<unsigned>(thread));
          reference mine;
          for (std::size_t round = 0; round < rounds;) {
            if (chance() % 2 == 0) under_way.put(std::move(mine));
            mine = under_way.take();
            if (mine == nullptr) {
              std::this_thread::yield();
              continue;
            }
            ++round;
            ++mine->written[thread];
            ++written[thread];
            const reference copied = mine;
            if (chance() % 4 == 0) under_way.put(copied);
          }
        },
        [&] {
          if (under_way.is_full()) return std::this_thread::yield();
          auto one = heap.template make<object>();
          ++made;
          if (made % 3 == 0) {
            one->other = heap.template make<object>();
            ++made;
          }
          const reference kept = made % 2 == 0 ? one : nullptr;
          under_way.put(std::move(one));
        });
    while (under_way.take() != nullptr) {
    }
    heap.step();
    EXPECT_EQ(heap.statistics().objects, 0);
  }
  this->expect_all_ended(made, written);
}

// Nothing but the count tells this thread that the other one is through.
TYPED_TEST(object_stress, what_another_thread_did_happens_before_the_end) {
  using object = witnessed<TypeParam>;
  const std::size_t rounds = test::scaled(2'000) + 50;
  object_heap<TypeParam> heap({.name = "stress"});
  for (std::size_t round = 0; round < rounds; ++round) {
    auto one = heap.template make<object>();
    std::thread other([copy = one]() mutable {
      ++copy->written[0];
      copy.reset();
    });
    while (one.use_count() != 1) std::this_thread::yield();
    one.reset();
    heap.step();
    other.join();
    heap.step();
  }
  EXPECT_EQ(object::ended, rounds);
  EXPECT_EQ(object::writes_seen, rounds);
}

TYPED_TEST(object_stress, weak_references_lead_to_the_object_or_to_nothing) {
  using object = witnessed<TypeParam>;
  using reference = ref<object, TypeParam>;
  using weak = weak_ref<object, TypeParam>;
  const std::size_t rounds = test::scaled(200'000) + 1000;
  crossing<weak> observed;
  per_thread written{};
  std::size_t made = 0;
  {
    object_heap<TypeParam> heap({.name = "stress"});
    this->run(
        [&](std::size_t thread) {
          weak seen;
          for (std::size_t round = 0; round < rounds;) {
            const reference locked = seen.lock();
            if (locked == nullptr) {
              seen = observed.take();
              if (seen == weak()) std::this_thread::yield();
              continue;
            }
            ++round;
            ++locked->written[thread];
            ++written[thread];
          }
        },
        [&, held = std::array<reference, 8>()]() mutable {
          if (observed.is_full()) return std::this_thread::yield();
          const auto one = heap.template make<object>();
          observed.put(one);
          held[++made % held.size()] = one;
        });
    while (observed.take() != weak()) {
    }
    heap.step();
    EXPECT_EQ(heap.statistics().objects, 0);
  }
  this->expect_all_ended(made, written);
}

}  // namespace
}  // namespace strata
