// The part of a heap that one thread owns: a queue per size class, and what
// travels between threads. While a thread owns it, only that thread touches the
// queues; mail and suspects are for the others.
//
// Where a refill finds blocks, in this order, each a cold step behind the one
// before:
//
//   active     what this thread freed into the slab it allocates from
//   partial    the slab that waits longest with free blocks
//   mail       what other threads freed, of this class
//   fresh      the next few KiB of a slab, for the first time
//   segment    a new slab, under the heap's lock, once what is complete in all mail went
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
  std::uint64_t refills_from_mail = 0;
  std::uint64_t refills_from_queue = 0;
  std::uint64_t refills_from_fresh = 0;
  std::uint64_t refills_from_segment = 0;
  std::uint64_t sampled_requests = 0;
};

template <class Config>
class alignas(64) basic_local_heap : public owner {
 public:
  using os = typename Config::os;
  using heap = basic_heap<Config>;
  using domain = basic_domain<os>;
  using table = typename domain::slab_table;
  using queue_type = queue<table>;

  // A block, and whether nobody touched it since its pages were zeros. Then it is no
  // list either, and who has no need to write keeps it untouched: its page fault
  // belongs to the program, which may never come to all of its pages.
  struct allocation {
    block* memory = nullptr;
    bool zero = false;

    [[nodiscard]] block* rest() const noexcept { return zero ? nullptr : memory->next; }
    // Without the words that free blocks hold.
    [[nodiscard]] void* cleared() const noexcept {
      if (!zero) *memory = {};
      return memory;
    }
  };

  basic_local_heap(heap& home, domain& shared) noexcept
      : owner(Config::thread_safe), home_(&home), domain_(&shared) {}

  // -- For the owning thread ---------------------------------------------------

  // A block of the class for `size` bytes, whose list is empty; the rest of what
  // was found becomes the list. No memory: the system or a limit refused.
  [[gnu::noinline]] allocation refill(std::size_t index, std::size_t size) noexcept;

  // A block of a medium class, if one is on its list or was freed into the slab at hand.
  [[nodiscard, gnu::always_inline]] block* take_at_hand(std::size_t index,
                                                        std::size_t size) noexcept {
    queue_type& from = queues_[index];
    block* found = from.list;
    if (found == nullptr) {
      slab* const active = from.active;
      if (active == nullptr || active->free == nullptr || has_suspects()) return nullptr;
      found = take_from(from, *active);
      ++from.refills;
      statistics_.sampled_requests += size;
    }
    from.list = found->next;
    return found;
  }

  [[nodiscard]] block*& list(std::size_t index) noexcept {
    if constexpr (Config::thread_safe) {
      if (index <= small_count && thread_lists_ != nullptr) return thread_lists_[index];
    }
    return queues_[index].list;
  }

  // Frees that the fast path declined: a full, medium, or adopted slab.
  void free_own(slab& record, block* freed) noexcept;

  // The last live block of a slab went.
  [[gnu::cold, gnu::noinline]] void retire_slab(slab& record) noexcept;

  // True when `candidate` is free: in its slab, on the class's list, or posted.
  [[nodiscard]] bool is_free(slab& record, const void* candidate) noexcept;

  void flush_lists() noexcept;
  void flush_list(std::size_t index) noexcept;
  void return_empty_slabs() noexcept;

  // A block of another local heap; it may wait here for others of its slab.
  void send(slab& head, block* freed) noexcept { outbox_.add(head, freed, deliver); }
  void send_all() noexcept { outbox_.send_all(deliver); }
  [[nodiscard]] const core::outbox& outgoing() const noexcept { return outbox_; }

  // -- For other threads -------------------------------------------------------

  // Takes blocks of one of its slabs.
  void accept(slab& head, const chain& blocks) noexcept;
  void accept_suspect(void* pointer) noexcept;

  // -- Change of owner, under the heap's locals lock ----------------------------

  // `thread_lists`: where the lists of the small classes live, or nullptr.
  void adopt(std::uintptr_t token, block** thread_lists) noexcept;
  void orphan() noexcept;
  void tend() noexcept;
  // In a forked child: true when its thread did not survive.
  bool haunt(std::uintptr_t survivor) noexcept {
    suspects_.child_after_fork();
    if (token() == survivor || token() == token_orphan) return token() == token_ghost;
    token_.store(token_ghost, std::memory_order_relaxed);
    set_scopes(0);
    return true;
  }
  void forget_all() noexcept;
  void bury() noexcept {
    base::racy_store(home_, static_cast<heap*>(nullptr));
  }  // its heap is gone; its thread has not noticed

  // -- Malloc scopes -------------------------------------------------------------

  // The owning thread's lists hold this local heap's blocks from now on, and no
  // longer. No block is touched.
  void attach_lists(block** thread_lists) noexcept;
  void detach_lists() noexcept;
  // How many scopes of the owning thread direct malloc here; others may look.
  [[nodiscard]] std::size_t scopes() const noexcept { return base::racy_load(scopes_); }
  void set_scopes(std::size_t count) noexcept { base::racy_store(scopes_, count); }

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

  [[nodiscard]] bool has_suspects() const noexcept {
    return Config::thread_safe && !suspects_.empty();
  }
  // The queue allocates from it, or is about to.
  [[nodiscard]] bool is_current(const slab& record) const noexcept {
    const queue_type& of = queues_[record.size_class];
    return &record == of.active || &record == of.fresh;
  }
  [[gnu::noinline]] allocation refill_elsewhere(std::size_t index, std::size_t size) noexcept;
  void hand_out(std::size_t index, std::size_t size, const allocation& found) noexcept;
  // All that came back to the slab.
  [[nodiscard]] static block* take_from(queue_type& from, slab& record) noexcept {
    from.refilled_blocks += static_cast<std::size_t>(record.extended - record.used);
    return take_free(record);
  }
  [[gnu::noinline]] allocation find_blocks(queue_type& from, std::size_t index) noexcept;
  void look_around() noexcept;
  void look_for_empty_slabs() noexcept;
  [[nodiscard]] block* refill_from_mail(queue_type& from, std::size_t index) noexcept;
  [[nodiscard]] block* refill_from_slabs(queue_type& from) noexcept;
  bool activate_next(queue_type& from) noexcept;  // false: no partial slab
  [[nodiscard]] allocation refill_from_fresh(queue_type& from) noexcept;
  bool new_slab(queue_type& into, std::size_t index) noexcept;
  [[nodiscard]] static std::size_t extension(const queue_type& from, const slab& record) noexcept;
  void open(slab& record) noexcept;
  void release(block* freed) noexcept;
  void wake(slab& record) noexcept;
  static void deliver(slab& head, const chain& blocks) noexcept {
    static_cast<basic_local_heap*>(base::racy_load(head.owner))->accept(head, blocks);
  }
  enum class reader { refill, housekeeping };
  void read_mail(std::size_t index, reader who) noexcept;
  void read_all_mail() noexcept;
  void take_back(slab& head, reader who) noexcept;
  void take_back_gone(slab& head, bool resident) noexcept;
  // What may wait for this thread. Where reclaiming proves hasty, more.
  [[nodiscard]] std::ptrdiff_t reclaim_floor() const noexcept {
    return static_cast<std::ptrdiff_t>(std::max(reclaim_floor_min, domain_->settings.retain_min) +
                                       hasty_bytes_.load(std::memory_order_relaxed));
  }
  void note_complete(std::ptrdiff_t bytes) noexcept {
    complete_bytes_.fetch_add(bytes, std::memory_order_relaxed);
  }
  void judge_suspects() noexcept;
  void close_partial_slabs(queue_type& from) noexcept;
  void return_if_empty(queue_type& from, slab*& kept) noexcept;

  heap* home_;
  domain* domain_;
  block** thread_lists_ = nullptr;
  std::size_t scopes_ = 0;
  // What may wait for a sleeping owner before others look; an owner that is awake
  // looks before.
  static constexpr std::size_t reclaim_floor_min = 2 * base::mib;
  static constexpr std::ptrdiff_t waiting_max = reclaim_floor_min / 2;
  static constexpr std::size_t hasty_bytes_max = 62 * base::mib;

  mail<table> mail_[class_count];
  // Of slabs in the mail whose blocks are all there. Below zero when the owner was
  // faster than who counts.
  std::atomic<std::ptrdiff_t> complete_bytes_{0};
  std::atomic<std::size_t> hasty_bytes_{0};  // reclaimed, and soon found by this thread
  suspect_box<typename Config::mutex> suspects_;
  core::outbox outbox_;
  local_statistics statistics_;
  queue_type queues_[class_count];
};

}  // namespace strata::core
