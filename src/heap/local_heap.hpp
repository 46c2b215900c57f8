// The part of a heap that one thread owns: a queue per size class, and what
// travels between threads. While a thread owns it, only that thread touches the
// queues; inbox and suspects are for the others.
//
// Where a refill finds blocks, in this order, each a cold step behind the one
// before:
//
//   inbox      what other threads freed
//   active     what this thread freed into the slab it allocates from
//   partial    the slab that waits longest with free blocks
//   fresh      the next few KiB of a slab, for the first time
//   segment    a new slab, under the heap's lock
//
// A thread that ends leaves its local heap as an orphan (token_orphan, fast
// paths closed), which the next new thread adopts whole. Whoever works on an
// orphan holds the heap's locals lock.
#pragma once

#include <cstddef>
#include <cstdint>

#include "heap/config.hpp"
#include "heap/domain.hpp"
#include "heap/owner.hpp"
#include "heap/queue.hpp"
#include "heap/reclaim.hpp"
#include "heap/remote.hpp"

namespace strata::core {

template <class Config>
class basic_heap;

struct local_statistics {
  std::uint64_t refills_from_inbox = 0;
  std::uint64_t refills_from_active = 0;
  std::uint64_t refills_from_queue = 0;
  std::uint64_t refills_from_fresh = 0;
  std::uint64_t refills_from_segment = 0;
  std::uint64_t sampled_requests = 0;
  std::uint64_t sampled_blocks = 0;
};

template <class Config>
class alignas(64) basic_local_heap : public owner {
 public:
  using os = typename Config::os;
  using heap = basic_heap<Config>;
  using domain = basic_domain<os>;
  using table = typename domain::slab_table;
  using queue_type = queue<table>;

  // A block, and whether it is known to hold zeros behind its first 16 bytes.
  struct allocation {
    block* memory = nullptr;
    bool zero = false;
  };

  basic_local_heap(heap& home, domain& shared) noexcept
      : owner(Config::thread_safe), home_(&home), domain_(&shared) {}

  // -- For the owning thread ---------------------------------------------------

  // A block of the class for `size` bytes, whose list is empty; the rest of what
  // was found becomes the list. No memory: the system or a limit refused.
  [[gnu::noinline]] allocation refill(std::size_t index, std::size_t size) noexcept;

  [[nodiscard]] block*& list(std::size_t index) noexcept {
    if constexpr (Config::thread_safe) {
      if (index <= linear_count && linear_lists_ != nullptr) return linear_lists_[index];
    }
    return queues_[index].list;
  }

  // Frees that the fast path declined: a full, medium, or adopted slab.
  void free_own(slab& record, block* freed) noexcept;

  // The last live block of a slab went.
  [[gnu::cold, gnu::noinline]] void retire_slab(slab& record) noexcept;

  // True when `candidate` is free: in its slab, on the class's list, or in the inbox.
  [[nodiscard]] bool is_free(const slab& record, const void* candidate) noexcept;

  void collect_inbox() noexcept;
  void flush_lists() noexcept;
  void flush_list(std::size_t index) noexcept;
  void return_empty_slabs() noexcept;

  [[nodiscard]] outbox<basic_local_heap>& outgoing() noexcept { return outbox_; }

  // -- For other threads -------------------------------------------------------

  void accept(const chain& blocks) noexcept;
  void accept_suspect(void* pointer) noexcept;

  // -- Change of owner, under the heap's locals lock ----------------------------

  // `linear_lists`: where the lists of the linear classes live, or nullptr.
  void adopt(std::uintptr_t token, block** linear_lists) noexcept;
  void orphan() noexcept;
  void tend() noexcept;
  // In a forked child: true when its thread did not survive.
  bool haunt(std::uintptr_t survivor) noexcept {
    suspects_.child_after_fork();
    reclaim_lock_.reset_after_fork();
    if (token() == survivor || token() == token_orphan) return token() == token_ghost;
    token_.store(token_ghost, std::memory_order_relaxed);
    return true;
  }
  void forget_all() noexcept;
  void bury() noexcept {
    base::racy_store(home_, static_cast<heap*>(nullptr));
  }  // its heap is gone; its thread has not noticed

  // -- Reading -----------------------------------------------------------------

  [[nodiscard]] heap* home() const noexcept {
    return base::racy_load(home_);
  }  // nullptr: destroyed
  [[nodiscard]] const queue_type& queue_of(std::size_t index) const noexcept {
    return queues_[index];
  }
  [[nodiscard]] const local_statistics& statistics() const noexcept { return statistics_; }
  [[nodiscard]] std::size_t list_length(std::size_t index) noexcept;

  template <class Visitor>
  void for_each_slab(Visitor visit) const {
    for (const queue_type& from : queues_) from.for_each_slab(domain_->slabs, visit);
  }

  [[nodiscard]] bool invariant() const noexcept;

  base::list_links<basic_local_heap> heap_links;    // among the heap's locals
  base::list_links<basic_local_heap> orphan_links;  // among the heap's orphans
  base::list_links<basic_local_heap>
      thread_links;  // among the thread's locals of first-class heaps

 private:
  friend heap;

  [[nodiscard]] bool has_mail() const noexcept {
    return Config::thread_safe && (!inbox_.empty() || !suspects_.empty() ||
                                   slabs_emptied_.load(std::memory_order_relaxed));
  }
  [[nodiscard]] block* take_active(queue_type& from) noexcept;
  [[gnu::noinline]] allocation find_blocks(queue_type& from, std::size_t index) noexcept;
  [[nodiscard]] block* refill_from_inbox(queue_type& from) noexcept;
  [[nodiscard]] block* refill_from_slabs(queue_type& from) noexcept;
  [[nodiscard]] allocation refill_from_fresh(queue_type& from) noexcept;
  bool new_slab(queue_type& into, std::size_t index) noexcept;
  [[nodiscard]] static std::size_t extension(const queue_type& from, const slab& record) noexcept;
  void open(slab& record) noexcept;
  void release(block* freed) noexcept;
  void reclaim() noexcept;
  void collect_emptied() noexcept;
  void give_emptied(slab& record) noexcept;
  [[nodiscard]] std::size_t reclaim_floor() const noexcept {
    return std::max(reclaim_floor_min, 4 * domain_->settings.retain_min);
  }
  void judge_suspects() noexcept;
  void close_partial_slabs(queue_type& from) noexcept;
  void return_if_empty(queue_type& from, slab*& kept) noexcept;

  heap* home_;
  domain* domain_;
  block** linear_lists_ = nullptr;
  // What may wait for a sleeping owner before others look.
  static constexpr std::size_t reclaim_floor_min = 8 * base::mib;

  inbox inbox_;
  std::atomic<std::size_t> emptied_bytes_{0};  // of slabs whose blocks all seem to wait
  std::atomic<std::size_t> waiting_bytes_{0};  // of all blocks in the inbox, about
  std::atomic<bool> slabs_emptied_{false};
  typename Config::mutex reclaim_lock_;
  suspect_box<typename Config::mutex> suspects_;
  outbox<basic_local_heap> outbox_;
  local_statistics statistics_;
  queue_type queues_[class_count];
};

}  // namespace strata::core
