// The registry of thread caches; see strata/pool/detail/thread_caches.hpp.
#include <strata/pool/detail/thread_caches.hpp>

#include <algorithm>
#include <bit>
#include <mutex>
#include <new>
#include <vector>

namespace strata::detail {

constinit thread_local thread_cache_table this_thread_caches{nullptr, 0};
constinit slot_cache no_cache;

// Numbers of pools, and who owns which cache. Never destroyed: pools and threads
// may end later than static objects.
class cache_registry {
 public:
  static cache_registry& of_process() {
    static cache_registry& made = *new cache_registry;
    return made;
  }

  std::mutex& lock() noexcept { return lock_; }

  std::size_t take_number() {
    const std::lock_guard hold(lock_);
    if (free_numbers_.empty()) {
      free_numbers_.reserve(numbers_ + 1);  // so that giving a number back cannot fail
      return numbers_++;
    }
    const std::size_t number = free_numbers_.back();
    free_numbers_.pop_back();
    return number;
  }

  void give_number(std::size_t number) noexcept {
    const std::lock_guard hold(lock_);
    free_numbers_.push_back(number);
  }

  // The rest: under the lock.

  static void attach(cached_pool& pool, slot_cache& cache, std::uint32_t batch) noexcept {
    cache.room.store(batch, std::memory_order_relaxed);
    cache.pool = &pool;
    cache.previous = nullptr;
    cache.next = pool.caches_;
    if (cache.next != nullptr) cache.next->previous = &cache;
    pool.caches_ = &cache;
  }

  static void detach(slot_cache& cache) noexcept {
    slot_cache*& from_before =
        cache.previous != nullptr ? cache.previous->next : cache.pool->caches_;
    from_before = cache.next;
    if (cache.next != nullptr) cache.next->previous = cache.previous;
    cache.pool = nullptr;
    cache.head = nullptr;
    cache.room.store(0, std::memory_order_relaxed);
    cache.spare.store(nullptr, std::memory_order_relaxed);
  }

  static void detach_all(cached_pool& pool) noexcept {
    while (pool.caches_ != nullptr) detach(*pool.caches_);
  }

 private:
  std::mutex lock_;
  std::size_t numbers_ = 0;
  std::vector<std::size_t> free_numbers_;
};

namespace {

enum class thread_phase : std::uint8_t { running, ended };

constinit thread_local thread_phase phase = thread_phase::running;

void end_cache(slot_cache& cache) noexcept {
  if (&cache == &no_cache) return;
  if (cached_pool* const pool = cache.pool; pool != nullptr) {
    pool->take_back(cache);
    cache_registry::detach(cache);
  }
  delete &cache;
}

// Ends what the thread has; afterwards it works without caches.
struct thread_end {
  ~thread_end() {
    const registry_lock hold;
    thread_cache_table& table = this_thread_caches;
    std::for_each_n(table.caches, table.count, [](slot_cache* cache) { end_cache(*cache); });
    delete[] table.caches;
    table = {nullptr, 0};
    phase = thread_phase::ended;
  }
  void arm() const noexcept {}
};

thread_local const thread_end at_thread_end;

bool extend_table(std::size_t number) noexcept {
  thread_cache_table& table = this_thread_caches;
  if (number < table.count) return true;
  const std::size_t count = std::bit_ceil(std::max<std::size_t>(number + 1, 8));
  auto** const caches = new (std::nothrow) slot_cache*[count];
  if (caches == nullptr) return false;
  std::fill(std::copy_n(table.caches, table.count, caches), caches + count, &no_cache);
  delete[] table.caches;
  table = {caches, count};
  return true;
}

}  // namespace

registry_lock::registry_lock() noexcept { cache_registry::of_process().lock().lock(); }
registry_lock::~registry_lock() { cache_registry::of_process().lock().unlock(); }

cached_pool::cached_pool() : number_(cache_registry::of_process().take_number()) {}

cached_pool::~cached_pool() { cache_registry::of_process().give_number(number_); }

slot_cache* cached_pool::attach(std::uint32_t batch) noexcept {
  if (phase == thread_phase::ended || !extend_table(number_)) return nullptr;
  at_thread_end.arm();
  slot_cache*& mine = this_thread_caches.caches[number_];
  if (mine == &no_cache) {
    auto* const made = new (std::nothrow) slot_cache;
    if (made == nullptr) return nullptr;
    mine = made;
  }
  const registry_lock hold;
  cache_registry::attach(*this, *mine, batch);
  return mine;
}

void cached_pool::detach_all() noexcept {
  const registry_lock hold;
  cache_registry::detach_all(*this);
}

}  // namespace strata::detail
