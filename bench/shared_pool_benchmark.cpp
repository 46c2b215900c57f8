// What a 48-byte object costs in pools that several threads share, from one pool to
// the next, as wall time for an allocate and a release.
//
//   shared_pool_benchmark --benchmark_repetitions=7
//       --benchmark_enable_random_interleaving=true --benchmark_report_aggregates_only=true
//
//   own      a thread takes 100 and gives back the same, the last first
//   travels  a thread takes 256, passes them on, and gives back 256 that another
//            thread, or with one thread itself, passed on before
//
// Peers of Boost are there when its headers are; the bare list of each thread is the
// least that any of them could cost, and loses what travels from its own pool.
#include <benchmark/benchmark.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <mutex>
#include <new>
#include <utility>

#include <strata/pool/lock_free_pool.hpp>
#include <strata/pool/thread_local_pool.hpp>
#include <strata/pool/thread_safe_pool.hpp>

#if __has_include(<boost/pool/pool.hpp>)
#include <boost/pool/pool.hpp>
#define STRATA_BENCH_BOOST_POOL 1
#endif
#if __has_include(<boost/lockfree/detail/freelist.hpp>)
#include <boost/lockfree/detail/freelist.hpp>
#define STRATA_BENCH_BOOST_LOCKFREE 1
#endif
#ifdef STRATA_BENCH_TBB
#define TBB_PREVIEW_MEMORY_POOL 1
#include <tbb/memory_pool.h>
#endif

namespace strata::bench {
namespace {

struct object {
  explicit object(std::uint64_t value) : words{value} {}
  std::array<std::uint64_t, 6> words;
};

constexpr std::size_t capacity = 1 << 14;

// -- The pools, each with take and give ------------------------------------------------

struct safe_pool {
  thread_safe_pool<object> pool;
  object* take(std::uint64_t value) { return pool.try_emplace(value); }
  void give(object* taken) { pool.release(taken); }
};

struct free_pool {
  lock_free_pool<object> pool{{.capacity = capacity}};
  object* take(std::uint64_t value) { return pool.try_emplace(value); }
  void give(object* taken) { pool.release(taken); }
};

struct bare_list {
  struct link {
    link* next;
  };
  static inline thread_local link* head = nullptr;
  object* take(std::uint64_t value) {
    link* const first = head;
    if (first == nullptr) return new object(value);
    head = first->next;
    return new (first) object(value);
  }
  void give(object* taken) { head = new (taken) link{head}; }
};

struct new_delete {
  object* take(std::uint64_t value) { return new object(value); }
  void give(object* taken) { delete taken; }
};

struct pmr_synchronized {
  std::pmr::synchronized_pool_resource pool;
  object* take(std::uint64_t value) {
    return new (pool.allocate(sizeof(object), alignof(object))) object(value);
  }
  void give(object* taken) { pool.deallocate(taken, sizeof(object), alignof(object)); }
};

#ifdef STRATA_BENCH_BOOST_POOL
struct boost_mutex_pool {
  boost::pool<> pool{sizeof(object)};
  std::mutex lock;
  object* take(std::uint64_t value) {
    const std::lock_guard hold(lock);
    return new (pool.malloc()) object(value);
  }
  void give(object* taken) {
    const std::lock_guard hold(lock);
    pool.free(taken);
  }
};
#endif

#ifdef STRATA_BENCH_BOOST_LOCKFREE
struct boost_freelist {
  boost::lockfree::detail::freelist_stack<object> list{std::allocator<object>(), capacity};
  object* take(std::uint64_t value) { return list.construct<true, false>(value); }
  void give(object* taken) { list.destruct<true>(taken); }
};
#endif

#ifdef STRATA_BENCH_TBB
struct tbb_pool {
  tbb::memory_pool<std::allocator<object>> pool;
  object* take(std::uint64_t value) { return new (pool.malloc(sizeof(object))) object(value); }
  void give(object* taken) { pool.free(taken); }
};
#endif

// -- The work ---------------------------------------------------------------------------

template <class Pool>
Pool& shared() {
  static Pool& made = *new Pool;  // threads may end after static objects
  return made;
}

template <class Pool>
void own(benchmark::State& state) {
  Pool& pool = shared<Pool>();
  std::array<object*, 100> taken;
  for (auto _ : state) {
    for (std::size_t index = 0; index < taken.size(); ++index) {
      taken[index] = pool.take(index);
      benchmark::DoNotOptimize(taken[index]->words);
    }
    for (std::size_t index = taken.size(); index-- > 0;) pool.give(taken[index]);
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(taken.size()));
}

// Objects under way, by the load.
class crossing {
 public:
  static constexpr std::size_t load = 256;
  using objects = std::array<object*, load>;

  void exchange(objects& mine) {
    const std::lock_guard hold(lock_);
    std::swap(mine, waiting_);
  }

 private:
  std::mutex lock_;
  objects waiting_{};
};

template <class Pool>
void travels(benchmark::State& state) {
  static crossing between;
  Pool& pool = shared<Pool>();
  crossing::objects load{};
  for (auto _ : state) {
    for (std::size_t index = 0; index < load.size(); ++index) load[index] = pool.take(index);
    between.exchange(load);
    for (object* const each : load) {
      if (each == nullptr) continue;
      benchmark::DoNotOptimize(each->words[0]);
      pool.give(each);
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(load.size()));
}

// So many taken, then given back, a hundred thousand in all: for callgrind, less what a
// filter that matches nothing takes.
template <class Pool, std::size_t Row>
void counted(benchmark::State& state) {
  Pool& pool = shared<Pool>();
  std::array<object*, Row> taken;
  while (state.KeepRunningBatch(Row)) {
    for (std::size_t index = 0; index < Row; ++index) taken[index] = pool.take(index);
    for (object* const each : taken) {
      benchmark::DoNotOptimize(each->words[0]);
      pool.give(each);
    }
  }
}

struct local_pool {
  thread_local_pool<object> pool;
  object* take(std::uint64_t value) { return pool.try_emplace(value); }
  void give(object* taken) { pool.release(taken); }
};

#define STRATA_BENCH_COUNTED(pool)                             \
  BENCHMARK_TEMPLATE(counted, pool, 1)->Iterations(100'000);   \
  BENCHMARK_TEMPLATE(counted, pool, 100)->Iterations(100'000); \
  BENCHMARK_TEMPLATE(counted, pool, 1000)->Iterations(100'000)

STRATA_BENCH_COUNTED(safe_pool);
STRATA_BENCH_COUNTED(free_pool);
STRATA_BENCH_COUNTED(local_pool);

#define STRATA_BENCH(work, pool) BENCHMARK(work<pool>)->Threads(1)->Threads(2)->UseRealTime()

STRATA_BENCH(own, safe_pool);
STRATA_BENCH(own, free_pool);
STRATA_BENCH(own, bare_list);
STRATA_BENCH(own, new_delete);
STRATA_BENCH(own, pmr_synchronized);
STRATA_BENCH(travels, safe_pool);
STRATA_BENCH(travels, free_pool);
STRATA_BENCH(travels, bare_list);
STRATA_BENCH(travels, new_delete);
STRATA_BENCH(travels, pmr_synchronized);
#ifdef STRATA_BENCH_BOOST_POOL
STRATA_BENCH(own, boost_mutex_pool);
STRATA_BENCH(travels, boost_mutex_pool);
#endif
#ifdef STRATA_BENCH_BOOST_LOCKFREE
STRATA_BENCH(own, boost_freelist);
STRATA_BENCH(travels, boost_freelist);
#endif
#ifdef STRATA_BENCH_TBB
STRATA_BENCH(own, tbb_pool);
STRATA_BENCH(travels, tbb_pool);
#endif

}  // namespace
}  // namespace strata::bench
