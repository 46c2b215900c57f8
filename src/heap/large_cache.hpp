// Granules of freed large blocks, kept resident for the next large block: a
// page fault costs more than the reuse of a warm page. Neighbours merge; the
// smallest run that fits serves, and what it has too much stays here. Where none
// fits, the largest run serves that can be lengthened by free granules beside it.
//
// All under the heap's lock.
#pragma once

#include <algorithm>
#include <array>
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

  // The same, of a run that is too short by itself.
  granule_run take_lengthened(std::size_t count) noexcept {
    std::size_t tried = SIZE_MAX;  // runs of this length and more were tried
    for (std::size_t tries = 0; tries < count_; ++tries) {
      std::size_t best = capacity;
      for (std::size_t i = 0; i < count_; ++i) {
        const std::size_t length = entries_[i].run.count;
        if (length < tried && (best == capacity || length > entries_[best].run.count)) best = i;
      }
      if (best == capacity) return {};
      const granule_run run = lengthen(entries_[best].run, count);
      if (run) {
        forget(best);
        return run;
      }
      tried = entries_[best].run.count;
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

  // Gives back at least `bytes` of resident memory, oldest first, or all there is.
  std::size_t purge(std::size_t bytes) noexcept {
    const std::size_t before = bytes_;
    while (count_ != 0 && before - bytes_ < bytes && evict_oldest()) {
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

  struct entry {
    granule_run run;
    std::size_t dirty;
  };

  [[nodiscard]] bool is_aligned(const granule_run& run, std::size_t alignment) const noexcept {
    return base::is_aligned(domain_.regions.window().address(run.first), alignment * granule_bytes);
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
    entries_[count_++] = added;
    bytes_ += added.dirty;
  }

  void forget(std::size_t index) noexcept {
    bytes_ -= entries_[index].dirty;
    --count_;
    for (std::size_t i = index; i < count_; ++i) entries_[i] = entries_[i + 1];
  }

  // False: the system refuses to clean it, so it stays.
  bool evict_oldest() noexcept {
    const granule_run oldest = entries_[0].run;
    std::byte* place = domain_.regions.window().address(oldest.first);
    if (!Os::decommit(place, oldest.bytes(), os::decommit_mode::immediate)) return false;
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
