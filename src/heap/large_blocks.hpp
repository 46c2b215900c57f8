// Large blocks: above the largest size class a block has granules of its own.
// The record of its first granule says how many bytes it has; the others'
// records say nothing.
//
//   granule  [ block ................................. | clean tail ]
//            ^ record: large, large_bytes              ^ large_bytes, a multiple of a page
//
// Growth, in this order: into the block's own last granule; into the granules
// behind it, if they are free; by moving its pages to where there is room; by
// copying. Shrinking gives pages and granules back at once.
//
// All under the heap's lock.
#pragma once

#include <cstddef>

#include "heap/large_cache.hpp"
#include "heap/slab_list.hpp"

namespace strata::core {

template <class Os>
class basic_large_blocks {
 public:
  using domain = basic_domain<Os>;
  using list = slab_list<typename domain::slab_table>;

  constexpr explicit basic_large_blocks(domain& shared) noexcept
      : domain_(shared), cache_(shared) {}

  struct grant {
    slab* record = nullptr;
    bool zero = false;
  };

  // `bytes`: a multiple of a page, at least one. `alignment` in granules. `swings`:
  // the heap gives memory back and takes it again.
  grant take(owner* holder, std::size_t bytes, std::size_t alignment, bool swings) noexcept {
    const std::size_t count = granules_for(bytes);
    granule_run run = cache_.take(count, alignment);
    const bool complete = static_cast<bool>(run);
    if (!run && alignment == 1) run = cache_.take_lengthened(count);
    const bool zero = !run;
    if (run) ++cache_hits_;
    if (!run) run = domain_.regions.take_run(count, alignment);
    if (!run) return {};
    if (!complete && swings && live_count_ < domain_.huge.blocks_max) {
      domain_.huge.want(domain_.regions.window().address(run.first), bytes);
    }
    ++allocations_;
    return {&place(holder, run.first, bytes), zero};
  }

  // Requires a live large block of this heap.
  void give(slab& record) noexcept {
    const granule_run run = run_of(record);
    const std::size_t bytes = record.large_bytes;
    remove(record);
    cache_.put(run, bytes);
  }

  // False: unchanged. Pages beyond the old size are zeros only if they were
  // never used, so the caller promises nothing about them.
  bool resize_in_place(slab& record, std::size_t bytes) noexcept {
    const granule_run run = run_of(record);
    const std::size_t count = granules_for(bytes);
    if (count > run.count) {
      const granule_run more{run.end(), count - run.count};
      if (!cache_.take_at(more) && !domain_.regions.take_at(more)) return false;
    } else if (bytes < record.large_bytes && !give_tail(record, run, bytes)) {
      return false;
    }
    live_bytes_ = live_bytes_ - record.large_bytes + bytes;
    record.large_bytes = bytes;
    return true;
  }

  // The block's pages under another address with room for `bytes`; nullptr when
  // there is no room or the OS cannot move pages.
  slab* move(slab& record, std::size_t bytes) noexcept {
    if (record.large_bytes < move_bytes_min || domain_.moves >= domain_.moves_max) return nullptr;
    const granule_run from = run_of(record);
    const granule_run to = domain_.regions.take_run(granules_for(bytes), 1);
    if (!to) return nullptr;
    const auto& window = domain_.regions.window();
    if (!Os::move_pages(window.address(from.first), window.address(to.first), record.large_bytes)) {
      domain_.regions.return_run(to);
      return nullptr;
    }
    domain_.moves.fetch_add(1, std::memory_order_relaxed);
    owner* holder = record.owner;
    const bool clean = clean_tail(record, from, record.large_bytes);
    remove(record);
    if (clean) give_to_region(from);
    return &place(holder, to.first, bytes);
  }

  [[nodiscard]] basic_large_cache<Os>& cache() noexcept { return cache_; }
  [[nodiscard]] const basic_large_cache<Os>& cache() const noexcept { return cache_; }
  [[nodiscard]] std::size_t live_bytes() const noexcept { return live_bytes_; }
  [[nodiscard]] std::size_t live_count() const noexcept { return live_count_; }
  [[nodiscard]] std::uint64_t allocations() const noexcept { return allocations_; }
  [[nodiscard]] std::uint64_t cache_hits() const noexcept { return cache_hits_; }

  // Visits every live block; the visitor may give the one it sees.
  template <class Visitor>
  void for_each(Visitor visit) const {
    for (slab* at = live_.front(domain_.slabs); at != nullptr;) {
      slab* next = list::next(domain_.slabs, *at);
      visit(*at);
      at = next;
    }
  }

  [[nodiscard]] bool invariant() const noexcept {
    std::size_t bytes = 0;
    std::size_t count = 0;
    for_each([&](const slab& record) {
      bytes += record.large_bytes;
      ++count;
    });
    return live_.invariant(domain_.slabs, slab_state::large) && cache_.invariant() &&
           bytes == live_bytes_ && count == live_count_;
  }

 private:
  // Below this a copy is as quick as the system call.
  static constexpr std::size_t move_bytes_min = 512 * base::kib;

  [[nodiscard]] granule_run run_of(const slab& record) const noexcept {
    return {domain_.slabs.granule_of(record), granules_for(record.large_bytes)};
  }

  slab& place(owner* holder, std::size_t granule, std::size_t bytes) noexcept {
    slab& record = domain_.slabs.at(granule);
    close_fast_path(record);
    record.large_bytes = bytes;
    record.size_class = 0;
    set_resident_bytes(record, 0);
    base::racy_store(record.owner, holder);
    base::racy_store(record.state, slab_state::large);
    live_.push_back(domain_.slabs, record);
    live_bytes_ += bytes;
    ++live_count_;
    return record;
  }

  void remove(slab& record) noexcept {
    live_.remove(domain_.slabs, record);
    live_bytes_ -= record.large_bytes;
    --live_count_;
    base::racy_store(record.owner, static_cast<owner*>(nullptr));
    base::racy_store(record.state, slab_state::was_large);
  }

  // Gives back the pages from `bytes` on. Also what lies behind the block in its
  // last granule: a run from the cache may be dirty there.
  bool clean_tail(const slab& record, granule_run run, std::size_t bytes) noexcept {
    if (bytes == run.bytes()) return true;
    std::byte* tail = domain_.slabs.address_of(record) + bytes;
    return Os::decommit(tail, run.bytes() - bytes, os::decommit_mode::immediate);
  }

  // The pages from `bytes` on, and the granules that hold nothing else.
  bool give_tail(const slab& record, granule_run run, std::size_t bytes) noexcept {
    if (!clean_tail(record, run, bytes)) return false;
    const std::size_t kept = granules_for(bytes);
    if (kept < run.count) give_to_region({run.first + kept, run.count - kept});
    return true;
  }

  void give_to_region(granule_run clean) noexcept {
    domain_.huge.end(domain_.regions.window().address(clean.first), clean.bytes());
    domain_.regions.return_run(clean);
  }

  domain& domain_;
  basic_large_cache<Os> cache_;
  list live_;
  std::size_t live_bytes_ = 0;
  std::size_t live_count_ = 0;
  std::uint64_t allocations_ = 0;
  std::uint64_t cache_hits_ = 0;
};

}  // namespace strata::core
