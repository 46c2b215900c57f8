// Granules of freed large blocks, kept resident for the next large block: a
// page fault costs more than the reuse of a warm page. Neighbours merge; the
// smallest run that fits serves, and what it has too much stays here. Where none
// fits, the largest run serves that can be lengthened by free granules beside it.
//
// All under the heap's lock. A signal handler may fork in the midst of a change
// all the same, and the child may allocate: at every instruction the entries that
// count_ covers are whole, and no granule is in two of them.
#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>

#include "heap/domain.hpp"

namespace strata::core {

template <class Os>
class basic_large_cache {
 public:
  using domain = basic_domain<Os>;

  constexpr explicit basic_large_cache(domain& shared) noexcept : domain_(shared) {}

  // `dirty`: bytes from the run's start that may be resident.
  void put(granule_run run, std::size_t dirty) noexcept {
    // What cannot be cleaned is lost: the region's free granules hold zeros.
    if (count_ == capacity && !evict_oldest()) forget(0);
    entry added{run, dirty};
    for (std::size_t i = 0; i < count_;) {
      const bool before = entries_[i].run.end() == added.run.first;
      const bool after = added.run.end() == entries_[i].run.first;
      if (!before && !after) {
        ++i;
        continue;
      }
      added.run.first = std::min(added.run.first, entries_[i].run.first);
      added.run.count += entries_[i].run.count;
      added.dirty += entries_[i].dirty;
      forget(i);
    }
    append(added);
  }

  // A run of exactly `count` granules aligned to `alignment` granules; empty
  // when there is none.
  granule_run take(std::size_t count, std::size_t alignment) noexcept {
    std::size_t best = capacity;
    for (std::size_t i = 0; i < count_; ++i) {
      const granule_run& run = entries_[i].run;
      if (run.count < count || !is_aligned(run, alignment)) continue;
      if (best == capacity || run.count < entries_[best].run.count) best = i;
    }
    return best == capacity ? granule_run{} : cut_front(best, count);
  }

  // The same, of a run that is too short by itself. Requires that take() found none.
  granule_run take_lengthened(std::size_t count) noexcept {
    base::word tried = 0;
    for (std::size_t best = longest(tried); best != capacity; best = longest(tried)) {
      if (const granule_run run = lengthen(entries_[best].run, count)) {
        forget(best);
        return run;
      }
      tried |= base::bit_run(best, 1);
    }
    return {};
  }

  // Exactly these granules, for growth in place.
  bool take_at(granule_run wanted) noexcept {
    for (std::size_t i = 0; i < count_; ++i) {
      if (entries_[i].run.first != wanted.first || entries_[i].run.count < wanted.count) continue;
      cut_front(i, wanted.count);
      return true;
    }
    return false;
  }

  // Gives back at least `bytes` of resident memory, of the oldest first and of the
  // last one its end only, or all there is.
  std::size_t purge(std::size_t bytes) noexcept {
    const std::size_t before = bytes_;
    while (count_ != 0 && before - bytes_ < bytes) {
      const std::size_t more = std::max(bytes - (before - bytes_), purge_step_bytes);
      if (more < entries_[0].dirty ? !shorten_oldest(more) : !evict_oldest()) break;
    }
    return before - bytes_;
  }

  [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }

  [[nodiscard]] bool invariant() const noexcept {
    std::size_t bytes = 0;
    for (std::size_t i = 0; i < count_; ++i) {
      bytes += entries_[i].dirty;
      if (!entries_[i].run || entries_[i].dirty > entries_[i].run.bytes()) return false;
    }
    return bytes == bytes_;
  }

 private:
  static constexpr std::size_t capacity = 32;
  static_assert(capacity <= base::word_bits, "longest() marks entries in a word");

  struct entry {
    granule_run run;
    std::size_t dirty;
  };

  [[nodiscard]] bool is_aligned(const granule_run& run, std::size_t alignment) const noexcept {
    return base::is_aligned(domain_.regions.window().address(run.first), alignment * granule_bytes);
  }

  // Of the entries without a bit in `except`; `capacity` when there is none.
  [[nodiscard]] std::size_t longest(base::word except) const noexcept {
    std::size_t best = capacity;
    for (std::size_t i = 0; i < count_; ++i) {
      if ((except & base::bit_run(i, 1)) != 0) continue;
      if (best == capacity || entries_[i].run.count > entries_[best].run.count) best = i;
    }
    return best;
  }

  // With granules behind it, or before it; empty when they are taken.
  granule_run lengthen(const granule_run& run, std::size_t count) noexcept {
    const std::size_t more = count - run.count;
    if (domain_.regions.take_at({run.end(), more})) return {run.first, count};
    if (run.first < more || !domain_.regions.take_at({run.first - more, more})) return {};
    return {run.first - more, count};
  }

  granule_run cut_front(std::size_t index, std::size_t count) noexcept {
    const entry from = entries_[index];
    forget(index);
    const std::size_t taken = std::min(from.dirty, count * granule_bytes);
    const granule_run rest{from.run.first + count, from.run.count - count};
    if (rest) append({rest, from.dirty - taken});
    return {from.run.first, count};
  }

  void append(const entry& added) noexcept {
    entries_[count_] = added;
    bytes_ += added.dirty;
    set_count(count_ + 1);
  }

  // Hides what is about to move: a child of that moment loses it, and nothing worse.
  void forget(std::size_t index) noexcept {
    const std::size_t left = count_ - 1;
    set_count(index);
    bytes_ -= entries_[index].dirty;
    for (std::size_t i = index; i < left; ++i) entries_[i] = entries_[i + 1];
    set_count(left);
  }

  // What was written before is there before, and what follows, after.
  void set_count(std::size_t count) noexcept {
    std::atomic_signal_fence(std::memory_order_seq_cst);
    count_ = count;
    std::atomic_signal_fence(std::memory_order_seq_cst);
  }

  bool clean(granule_run run) noexcept {
    std::byte* const place = domain_.regions.window().address(run.first);
    if (!Os::decommit(place, run.bytes(), os::decommit_mode::immediate)) return false;
    domain_.huge.end(place, run.bytes());
    return true;
  }

  // By at least `bytes` of resident memory at its end. Requires that it has more.
  // False: the system refuses to clean it, so it stays.
  bool shorten_oldest(std::size_t bytes) noexcept {
    entry& oldest = entries_[0];
    std::byte* const start = domain_.regions.window().address(oldest.run.first);
    std::byte* const cut = domain_.huge.cut(start + (oldest.dirty - bytes));
    if (cut < start + granule_bytes) return evict_oldest();
    const std::size_t kept = base::distance(start, cut) / granule_bytes;
    const granule_run end{oldest.run.first + kept, oldest.run.count - kept};
    if (!clean(end)) return false;
    bytes_ -= oldest.dirty - kept * granule_bytes;
    oldest.dirty = kept * granule_bytes;
    std::atomic_signal_fence(std::memory_order_seq_cst);
    oldest.run.count = kept;
    std::atomic_signal_fence(std::memory_order_seq_cst);
    domain_.regions.return_run(end);
    return true;
  }

  // False: the system refuses to clean it, so it stays.
  bool evict_oldest() noexcept {
    const granule_run oldest = entries_[0].run;
    if (!clean(oldest)) return false;
    forget(0);
    domain_.regions.return_run(oldest);
    return true;
  }

  domain& domain_;
  std::array<entry, capacity> entries_{};
  std::size_t count_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace strata::core
