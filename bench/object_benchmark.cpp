// Counted objects beside what else there is: 32 bytes each, two words of them written.
//
//   object_benchmark --benchmark_repetitions=9
//       --benchmark_enable_random_interleaving=true --benchmark_report_aggregates_only=true
//
//   pair        one is made and dropped
//   many        10 000 are made, then dropped in the same order; per object
//   copy        a reference is copied and the copy dropped
//   list        10^6 nodes that refer to the next are made, then the first is dropped;
//               per node
//   steps       the same with 1000 ends at most to a step: how long steps take
//
// `limit` is the least one could write: a header of 16 bytes, a plain count, one free list.
// With OBJECT_BENCHMARK_THREAD in the environment the process has had a second thread, from
// when on the C and C++ libraries lock.
#include <benchmark/benchmark.h>

#include <strata/heap/unsynchronized_heap.hpp>
#include <strata/object/object_heap.hpp>
#include <strata/object/ref.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "object_steps.hpp"

#if __has_include(<boost/smart_ptr/intrusive_ref_counter.hpp>)
#define STRATA_BENCH_BOOST_INTRUSIVE
#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#endif

namespace strata::bench {
namespace {

constexpr std::size_t live = 10'000;
constexpr std::size_t nodes = 1'000'000;

// Nobody writes what the benchmark does not.
struct words {
  words() noexcept {}  // NOLINT(modernize-use-equals-default): nothing is written
  std::uint64_t first;
  std::uint64_t second;
  std::uint64_t rest[2];
};

// -- What is compared ---------------------------------------------------------------

class bare {
 public:
  struct object {
    const void* type;
    std::uint32_t count;
    std::uint32_t flags;
    words value;
  };

  class reference {
   public:
    explicit reference(object* of = nullptr) noexcept : object_(of) {}
    reference(const reference& other) noexcept : object_(other.object_) { ++object_->count; }
    reference(reference&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
    reference& operator=(reference other) noexcept {
      std::swap(object_, other.object_);
      return *this;
    }
    ~reference() {
      if (object_ != nullptr && --object_->count == 0) release(object_);
    }
    words* operator->() const noexcept { return &object_->value; }

   private:
    object* object_;
  };

  static reference make() noexcept {
    object* const taken = head;
    if (taken == nullptr) return reference();
    head = const_cast<object*>(static_cast<const object*>(taken->type));
    taken->type = &head;
    taken->count = 1;
    taken->flags = 0;
    return reference(taken);
  }

  bare() : objects_(live + 64) {
    for (std::size_t i = objects_.size(); i-- != 0;) release(&objects_[i]);
  }
  ~bare() { head = nullptr; }
  bare(const bare&) = delete;
  bare& operator=(const bare&) = delete;

 private:
  static void release(object* gone) noexcept {
    gone->type = head;
    head = gone;
  }

  static inline object* head = nullptr;
  std::vector<object> objects_;
};

template <class Counting>
class counted {
 public:
  auto make() { return heap_.template make<words>(); }

 private:
  object_heap<Counting> heap_;
};

template <class Counting>
class counted_alone {
 public:
  auto make() { return heap_.template make<words>(); }

 private:
  unsynchronized_heap upstream_;
  object_heap<Counting> heap_{{.upstream = &upstream_, .memory = object_memory::alone}};
};

class shared {
 public:
  static auto make() { return std::make_shared<words>(); }
};

#ifdef STRATA_BENCH_BOOST_INTRUSIVE
template <class Counter>
struct intrusive_words : words, boost::intrusive_ref_counter<intrusive_words<Counter>, Counter> {};

template <class Counter>
class intrusive {
 public:
  static auto make() {
    return boost::intrusive_ptr<intrusive_words<Counter>>(new intrusive_words<Counter>);
  }
};
#endif

// -- What is done -------------------------------------------------------------------

template <class Subject>
void pair(benchmark::State& state) {
  Subject subject;
  for (auto _ : state) {
    auto made = subject.make();
    made->first = 1;
    made->second = 2;
    benchmark::DoNotOptimize(made);
  }
}

template <class Subject>
void many(benchmark::State& state) {
  Subject subject;
  std::vector<decltype(subject.make())> made(live);
  for (auto _ : state) {
    for (auto& one : made) {
      one = subject.make();
      one->first = 1;
      one->second = 2;
    }
    for (auto& one : made) one = decltype(subject.make())();
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(live));
}

template <class Subject>
void copy(benchmark::State& state) {
  Subject subject;
  auto made = subject.make();
  for (auto _ : state) {
    auto copied = made;
    benchmark::DoNotOptimize(copied);
  }
}

// -- Long lists -----------------------------------------------------------------------

template <class Counting>
struct node {
  ref<node, Counting> next;
  std::uint64_t value;
};

template <class Counting>
ref<node<Counting>, Counting> make_list(object_heap<Counting>& heap) {
  ref<node<Counting>, Counting> list;
  for (std::size_t i = 0; i < nodes; ++i) {
    list = heap.template make<node<Counting>>(std::move(list), std::uint64_t{i});
  }
  return list;
}

template <class Counting>
void list(benchmark::State& state) {
  object_heap<Counting> heap;
  for (auto _ : state) make_list(heap).reset();
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(nodes));
}

void list_shared(benchmark::State& state) {
  struct shared_node {
    std::shared_ptr<shared_node> next;
    std::uint64_t value;
  };
  for (auto _ : state) {
    std::shared_ptr<shared_node> list;
    for (std::size_t i = 0; i < nodes; ++i) {
      list = std::make_shared<shared_node>(shared_node{std::move(list), i});
    }
    // Its own destructor would need a frame for each node.
    while (list != nullptr) list = std::exchange(list->next, nullptr);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(nodes));
}

void steps(benchmark::State& state) {
  object_heap<> heap({.step_objects = 1000});
  step_times times;
  for (auto _ : state) {
    auto list = make_list(heap);
    times.run([&] {
      list.reset();
      return heap.pending();
    });
    while (heap.pending() != 0) times.run([&] { return heap.step(1000); });
  }
  times.report(state);
}

// -- Names ---------------------------------------------------------------------------

template <class Subject>
void add(const std::string& name) {
  benchmark::RegisterBenchmark(("pair/" + name).c_str(), pair<Subject>);
  benchmark::RegisterBenchmark(("many/" + name).c_str(), many<Subject>);
  benchmark::RegisterBenchmark(("copy/" + name).c_str(), copy<Subject>);
}

[[maybe_unused]] const bool registered = [] {
  if (std::getenv("OBJECT_BENCHMARK_THREAD") != nullptr) std::thread([] {}).join();
  add<bare>("limit");
  add<counted<plain_counting>>("strata_plain");
  add<counted<biased_counting>>("strata_biased");
  add<counted<atomic_counting>>("strata_atomic");
  add<counted_alone<plain_counting>>("strata_alone");
  add<shared>("make_shared");
#ifdef STRATA_BENCH_BOOST_INTRUSIVE
  add<intrusive<boost::thread_unsafe_counter>>("intrusive_plain");
  add<intrusive<boost::thread_safe_counter>>("intrusive_atomic");
#endif
  return true;
}();

BENCHMARK(list<plain_counting>)->Name("list/strata_plain")->Unit(benchmark::kMillisecond);
BENCHMARK(list<biased_counting>)->Name("list/strata_biased")->Unit(benchmark::kMillisecond);
BENCHMARK(list_shared)->Name("list/make_shared")->Unit(benchmark::kMillisecond);
BENCHMARK(steps)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace strata::bench
