// Tier 5: the heap. It owns segments and large blocks under one lock, knows the
// local heaps of all threads that use it, and charges an account.
//
//   lock_          segments, large blocks, retention, counters
//   locals_lock_   which local heaps there are, and work on orphans
//
// Order of locks: locals_lock_, lock_, the regions' lock. The account is
// charged before any of them is taken, because a refused charge calls back into
// the program.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "account/account.hpp"
#include "heap/config.hpp"
#include "heap/large_blocks.hpp"
#include "heap/local_heap.hpp"
#include "heap/malloc_interface.hpp"
#include "heap/retention.hpp"
#include "heap/segment_set.hpp"

namespace strata::core {

struct heap_statistics {
  std::uint64_t purges = 0;
  std::uint64_t purged_bytes = 0;
  std::uint64_t adoptions = 0;
  std::size_t held_peak = 0;
};

template <class Config>
class basic_heap : public owner {
 public:
  using os = typename Config::os;
  using mutex = typename Config::mutex;
  using domain = basic_domain<os>;
  using local = basic_local_heap<Config>;
  using account_type = basic_account<os>;
  using local_list = base::list<local, &local::heap_links>;
  using orphan_list = base::list<local, &local::orphan_links>;

  constexpr explicit basic_heap(domain& shared) noexcept
      : owner(Config::thread_safe), domain_(shared), segments_(shared), large_(shared) {}
  basic_heap(const basic_heap&) = delete;
  basic_heap& operator=(const basic_heap&) = delete;

  // Takes over one reference to the account.
  void start(account_type& charged, const retention& policy) noexcept {
    account_ = &charged;
    retention_ = policy;
  }

  // -- For local heaps ---------------------------------------------------------

  // A formatted slab, charged; nullptr when the limit or the system refuses.
  slab* take_slab(std::size_t index, local& asking) noexcept {
    const std::size_t bytes = slab_bytes(index);
    // Who works for an orphan holds the locals lock, so no callbacks then.
    const bool quiet = Config::thread_safe && asking.token() == token_orphan;
    if (!charge(bytes, quiet)) return nullptr;
    base::lock_guard guard(lock_);
    const std::size_t before = retained();
    slab* taken = segments_.take(this, slab_granules(index));
    if (taken == nullptr && purge_locked(SIZE_MAX) != 0) {
      taken = segments_.take(this, slab_granules(index));
    }
    if (taken == nullptr) {
      discharge(bytes);
      return nullptr;
    }
    slab_bytes_ += bytes;
    note_taken(bytes, before);
    format_slab(*taken, static_cast<class_index>(index), &asking, taken->zero);
    return taken;
  }

  void give_slab(slab& record) noexcept {
    const std::size_t bytes = slab_bytes(record.size_class);
    discharge(bytes);
    base::lock_guard guard(lock_);
    slab_bytes_ -= bytes;
    segments_.give(record);
    trim();
  }

  // -- Large blocks -------------------------------------------------------------

  struct large_allocation {
    void* memory = nullptr;
    bool zero = false;
  };

  // `alignment`: a power of two.
  large_allocation allocate_large(std::size_t size, std::size_t alignment) noexcept;
  void free_large(slab& record) noexcept;
  // False: unchanged.
  bool resize_large_in_place(slab& record, std::size_t size) noexcept;
  // The moved block, with its contents; nullptr: unchanged.
  void* move_large(slab& record, std::size_t size) noexcept;

  // -- Threads ------------------------------------------------------------------

  // A local heap for the calling thread: an orphan, or a new one. nullptr when
  // the system refuses memory for it.
  local* bind(std::uintptr_t token, block** thread_lists) noexcept;
  // The thread of `ending` ends.
  void unbind(local& ending) noexcept;
  // The local heap of this thread, by search; nullptr when there is none.
  local* find(std::uintptr_t token) noexcept;
  // Blocks came for a local heap without owner.
  void tend_orphan(local& orphan) noexcept;
  // Brings home what orphans have on lists and in their mail.
  void tend_orphans() noexcept;
  // Runs `work(local)` on an orphan, for threads that have no local heap: those
  // that end, and those for which none could be made.
  template <class Work>
  void with_orphan(Work work) noexcept;

  // -- Giving back ---------------------------------------------------------------

  // Everything that is free goes back to the OS; bytes that went.
  std::size_t purge() noexcept {
    tend_orphans();
    base::lock_guard guard(lock_);
    return purge_locked(SIZE_MAX);
  }

  // What the time since the last release says should go; for pumps.
  std::size_t purge_aged() noexcept {
    base::lock_guard guard(lock_);
    return purge_locked(retention_.end_period(live_bytes(), retained(), os::coarse_ns()));
  }

  // -- The whole heap; requires that no other thread uses it ---------------------

  void reset() noexcept;
  // Brings blocks home that are in lists and in flight, so that what slabs say
  // is all there is to say.
  void settle() noexcept;
  [[nodiscard]] bool invariant() noexcept;

  // -- Reading --------------------------------------------------------------------

  [[nodiscard]] domain& shared() const noexcept { return domain_; }
  [[nodiscard]] account_type& account() const noexcept { return *account_; }
  [[nodiscard]] mutex& lock() noexcept { return lock_; }
  [[nodiscard]] mutex& locals_lock() noexcept { return locals_lock_; }
  [[nodiscard]] const basic_segment_set<os>& segments() const noexcept { return segments_; }
  [[nodiscard]] const basic_large_blocks<os>& large() const noexcept { return large_; }
  [[nodiscard]] const local_list& locals() const noexcept { return locals_; }
  [[nodiscard]] const heap_statistics& statistics() const noexcept { return statistics_; }
  [[nodiscard]] std::size_t retained() const noexcept {
    return segments_.retained() + large_.cache().bytes();
  }
  [[nodiscard]] std::size_t live_bytes() const noexcept {
    return slab_bytes_ + large_.live_bytes();
  }

  // Takes every local heap out, for `recycle`, once the heap's blocks are gone.
  template <class Recycle>
  void release_locals(Recycle recycle) noexcept {
    base::lock_guard guard(locals_lock_);
    while (local* member = locals_.pop_front()) recycle(*member);
    orphans_ = {};
  }

  // -- Of a heap that stands in for another copy's, or has one standing in -----------

  void charge_also(const charge_hook& hook) noexcept { also_charged_ = hook; }
  [[nodiscard]] stand_in& other_half() noexcept { return stand_in_; }

  base::list_links<basic_heap> links;  // among the process's heaps

 private:
  void trim() noexcept {
    const std::size_t bytes =
        retention_.excess(live_bytes(), retained(), os::coarse_ns(), large_.live_bytes());
    if (bytes != 0) purge_locked(bytes);
  }

  std::size_t purge_locked(std::size_t bytes) noexcept {
    std::size_t purged = large_.cache().purge(bytes);
    if (purged < bytes) purged += segments_.purge(bytes - purged);
    if (purged != 0) {
      ++statistics_.purges;
      statistics_.purged_bytes += purged;
      retention_.note_purge(purged, os::coarse_ns());
    }
    return purged;
  }

  // `bytes` were taken, of what was retained before and else of the OS.
  void note_taken(std::size_t bytes, std::size_t retained_before) noexcept {
    const std::size_t reused = retained_before - std::min(retained_before, retained());
    retention_.note_live(live_bytes());
    if (reused != 0) retention_.note_reuse(retained());
    if (reused < bytes) retention_.note_growth(bytes - reused, os::coarse_ns());
    note_held();
  }

  void note_held() noexcept {
    const std::size_t held = live_bytes() + retained();
    if (held > statistics_.held_peak) statistics_.held_peak = held;
  }

  // `quiet`: without callbacks to the program.
  [[nodiscard]] bool charge(std::size_t bytes, bool quiet = false) noexcept {
    if (!(quiet ? account_->charge_quietly(bytes) : account_->charge(bytes))) return false;
    if (also_charged_.charge == nullptr) [[likely]]
      return true;
    if (also_charged_.charge(also_charged_.context, bytes, quiet)) return true;
    account_->discharge(bytes);
    return false;
  }
  void discharge(std::size_t bytes) noexcept {
    account_->discharge(bytes);
    if (also_charged_.charge != nullptr) [[unlikely]] {
      also_charged_.discharge(also_charged_.context, bytes);
    }
  }

  local* make_local() noexcept;

  domain& domain_;
  account_type* account_ = nullptr;
  mutex lock_;
  basic_segment_set<os> segments_;
  basic_large_blocks<os> large_;
  retention retention_;
  std::size_t slab_bytes_ = 0;
  heap_statistics statistics_;
  charge_hook also_charged_;
  stand_in stand_in_;
  mutex locals_lock_;
  local_list locals_;
  orphan_list orphans_;
};

}  // namespace strata::core
