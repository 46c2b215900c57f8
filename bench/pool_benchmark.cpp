// Typed pools beside a bare intrusive free list and what else there is, for objects
// of 48 bytes with 10 000 live, and iteration over 10^6 slots half full.
//
//   pool_benchmark --benchmark_repetitions=7
//       --benchmark_enable_random_interleaving=true --benchmark_report_aggregates_only=true
//
//   lifo    all made, then released last first
//   fifo    all made, then released first first
//   random  all made, then released in random order
//   churn   10 000 live; eight random ones are released, then eight are made
//
// An iteration is one allocation and one release. Each allocation writes its object.
// The counted ones run a fixed number, for callgrind rather than a clock.
#include <benchmark/benchmark.h>

#include <strata/pool/bitmap_slots.hpp>
#include <strata/pool/fixed_pool.hpp>
#include <strata/pool/free_list_slots.hpp>
#include <strata/pool/growing_pool.hpp>
#include <strata/pool/stack_slots.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <numeric>
#include <random>
#include <vector>

#if __has_include(<boost/pool/pool.hpp>)
#define STRATA_BENCH_BOOST_POOL
#include <boost/pool/pool.hpp>
#include <boost/pool/pool_alloc.hpp>
#endif

#ifdef STRATA_BENCH_FOONATHAN
#include <foonathan/memory/memory_pool.hpp>
#endif

namespace strata::bench {
namespace {

constexpr std::size_t live = 10'000;

struct object {
  std::uint64_t words[6];
};

// -- What is compared ---------------------------------------------------------------

// The least that one could write: no bounds, no checks, no count, no iteration.
class bare_list {
 public:
  bare_list() : slots_(live + 64) {
    for (std::size_t i = slots_.size(); i-- != 0;) release(&slots_[i]);
  }
  object* allocate() noexcept {
    link* const taken = head_;
    if (taken == nullptr) return nullptr;
    head_ = taken->next;
    return reinterpret_cast<object*>(taken);
  }
  void release(object* gone) noexcept { head_ = ::new (static_cast<void*>(gone)) link{head_}; }

 private:
  struct link {
    link* next;
  };
  std::vector<object> slots_;
  link* head_ = nullptr;
};

template <class... Policies>
class fixed {
 public:
  object* allocate() { return pool_.try_allocate(); }
  void release(object* gone) noexcept { pool_.release(gone); }

 private:
  fixed_pool<object, Policies...> pool_{{.capacity = live + 64}};
};

template <class... Policies>
class growing {
 public:
  object* allocate() { return pool_.try_allocate(); }
  void release(object* gone) noexcept { pool_.release(gone); }

 private:
  growing_pool<object, Policies...> pool_;
};

class new_delete {
 public:
  static object* allocate() { return new object; }
  static void release(object* gone) noexcept { delete gone; }
};

template <class Resource>
class standard {
 public:
  object* allocate() { return static_cast<object*>(resource_.allocate(sizeof(object))); }
  void release(object* gone) noexcept { resource_.deallocate(gone, sizeof(object)); }

 private:
  Resource resource_;
};

#ifdef STRATA_BENCH_BOOST_POOL
class boost_pool {
 public:
  object* allocate() { return static_cast<object*>(pool_.malloc()); }
  void release(object* gone) noexcept { pool_.free(gone); }

 private:
  boost::pool<> pool_{sizeof(object)};
};

class boost_fast_allocator {
 public:
  object* allocate() { return allocator_.allocate(); }
  void release(object* gone) noexcept { allocator_.deallocate(gone); }

 private:
  boost::fast_pool_allocator<object, boost::default_user_allocator_new_delete,
                             boost::details::pool::null_mutex>
      allocator_;
};
#endif

#ifdef STRATA_BENCH_FOONATHAN
class foonathan_pool {
 public:
  object* allocate() { return static_cast<object*>(pool_.allocate_node()); }
  void release(object* gone) noexcept { pool_.deallocate_node(gone); }

 private:
  foonathan::memory::memory_pool<foonathan::memory::node_pool> pool_{
      sizeof(object), foonathan::memory::memory_pool<foonathan::memory::node_pool>::min_block_size(
                          sizeof(object), live + 64)};
};
#endif

// -- Orders ---------------------------------------------------------------------------

std::vector<std::uint32_t> order_of(bool shuffled) {
  std::vector<std::uint32_t> order(live);
  std::iota(order.begin(), order.end(), 0u);
  std::mt19937 random(20);
  if (shuffled) std::shuffle(order.begin(), order.end(), random);
  return order;
}

template <class Pool>
object* make(Pool& pool) {
  object* const made = pool.allocate();
  made->words[0] = 1;
  benchmark::DoNotOptimize(made);
  return made;
}

template <class Pool>
void cycle(benchmark::State& state, const std::vector<std::uint32_t>& order) {
  Pool pool;
  std::vector<object*> objects(live);
  while (state.KeepRunningBatch(live)) {
    for (object*& each : objects) each = make(pool);
    for (const std::uint32_t index : order) pool.release(objects[index]);
  }
}

template <class Pool>
void lifo(benchmark::State& state) {
  auto order = order_of(false);
  std::reverse(order.begin(), order.end());
  cycle<Pool>(state, order);
}

template <class Pool>
void fifo(benchmark::State& state) {
  cycle<Pool>(state, order_of(false));
}

template <class Pool>
void random_order(benchmark::State& state) {
  cycle<Pool>(state, order_of(true));
}

template <class Pool>
void churn(benchmark::State& state) {
  constexpr std::size_t batch = 8;
  static_assert(live % batch == 0);
  const auto order = order_of(true);
  Pool pool;
  std::vector<object*> objects(live);
  for (object*& each : objects) each = make(pool);
  std::size_t at = 0;
  while (state.KeepRunningBatch(batch)) {
    for (std::size_t i = at; i < at + batch; ++i) pool.release(objects[order[i]]);
    for (std::size_t i = at; i < at + batch; ++i) objects[order[i]] = make(pool);
    at = at + batch == live ? 0 : at + batch;
  }
  for (object* each : objects) pool.release(each);
}

#define STRATA_BENCH_POOL(...)                   \
  BENCHMARK_TEMPLATE(lifo, __VA_ARGS__);         \
  BENCHMARK_TEMPLATE(fifo, __VA_ARGS__);         \
  BENCHMARK_TEMPLATE(random_order, __VA_ARGS__); \
  BENCHMARK_TEMPLATE(churn, __VA_ARGS__)

STRATA_BENCH_POOL(bare_list);
STRATA_BENCH_POOL(fixed<>);
STRATA_BENCH_POOL(fixed<with_statistics>);
STRATA_BENCH_POOL(fixed<unchecked_release>);
STRATA_BENCH_POOL(fixed<free_list_slots>);
STRATA_BENCH_POOL(fixed<stack_slots>);
STRATA_BENCH_POOL(fixed<bitmap_slots>);
STRATA_BENCH_POOL(growing<>);
STRATA_BENCH_POOL(growing<unchecked_release>);
STRATA_BENCH_POOL(growing<bitmap_slots>);
STRATA_BENCH_POOL(standard<std::pmr::unsynchronized_pool_resource>);
STRATA_BENCH_POOL(standard<std::pmr::synchronized_pool_resource>);
STRATA_BENCH_POOL(new_delete);
#ifdef STRATA_BENCH_BOOST_POOL
STRATA_BENCH_POOL(boost_pool);
STRATA_BENCH_POOL(boost_fast_allocator);
#endif
#ifdef STRATA_BENCH_FOONATHAN
STRATA_BENCH_POOL(foonathan_pool);
#endif

// -- Instructions -----------------------------------------------------------------------

// One object made and released, again and again, a million times: for callgrind, less
// what a filter that matches nothing takes.
template <class Pool>
void counted(benchmark::State& state) {
  Pool pool;
  for (auto _ : state) pool.release(make(pool));
}

struct ending_object : object {
  ~ending_object() { benchmark::DoNotOptimize(words); }
};
class fixed_ending {
 public:
  ending_object* allocate() { return pool_.try_allocate(); }
  void release(object* gone) noexcept { pool_.release(static_cast<ending_object*>(gone)); }

 private:
  fixed_pool<ending_object> pool_{{.capacity = live + 64}};
};
class growing_retaining {
 public:
  object* allocate() { return pool_.try_allocate(); }
  void release(object* gone) noexcept { pool_.release(gone); }

 private:
  growing_pool<object> pool_{{.retain = 1000}};
};

#define STRATA_BENCH_COUNTED(...) BENCHMARK_TEMPLATE(counted, __VA_ARGS__)->Iterations(1'000'000)

STRATA_BENCH_COUNTED(bare_list);
STRATA_BENCH_COUNTED(fixed<>);
STRATA_BENCH_COUNTED(fixed<with_statistics>);
STRATA_BENCH_COUNTED(fixed<unchecked_release>);
STRATA_BENCH_COUNTED(fixed_ending);
STRATA_BENCH_COUNTED(fixed<free_list_slots>);
STRATA_BENCH_COUNTED(fixed<stack_slots>);
STRATA_BENCH_COUNTED(growing<>);
STRATA_BENCH_COUNTED(growing<unchecked_release>);
STRATA_BENCH_COUNTED(growing<free_list_slots>);
STRATA_BENCH_COUNTED(growing_retaining);

// -- Iteration ------------------------------------------------------------------------

constexpr std::size_t slots = 1'000'000;

std::vector<bool> half() {
  std::mt19937 random(21);
  std::vector<bool> chosen(slots);
  for (std::size_t i = 0; i < slots; ++i) chosen[i] = random() % 2 == 0;
  return chosen;
}

// An element of a vector of as many slots, half of which are marked in themselves.
void iterate_vector(benchmark::State& state) {
  const auto chosen = half();
  std::vector<object> objects(slots);
  for (std::size_t i = 0; i < slots; ++i) objects[i].words[0] = chosen[i] ? 1 : 0;
  for (auto _ : state) {
    std::uint64_t sum = 0;
    for (const object& each : objects) sum += each.words[0];
    benchmark::DoNotOptimize(sum);
  }
}
BENCHMARK(iterate_vector)->Unit(benchmark::kMillisecond);

template <class Pool>
void iterate(benchmark::State& state) {
  const auto chosen = half();
  Pool pool({.capacity = slots});
  std::vector<object*> objects(slots);
  for (object*& each : objects) each = &pool.emplace(object{{1}});
  for (std::size_t i = 0; i < slots; ++i) {
    if (!chosen[i]) pool.release(objects[i]);
  }
  for (auto _ : state) {
    std::uint64_t sum = 0;
    pool.for_each([&](const object& each) { sum += each.words[0]; });
    benchmark::DoNotOptimize(sum);
  }
}
BENCHMARK_TEMPLATE(iterate, fixed_pool<object>)->Unit(benchmark::kMillisecond);
BENCHMARK_TEMPLATE(iterate, fixed_pool<object, bitmap_slots>)->Unit(benchmark::kMillisecond);
BENCHMARK_TEMPLATE(iterate, growing_pool<object>)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace strata::bench
