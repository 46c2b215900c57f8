// Tier 1: the regions of a process.
//
// A region is a range of the window that was opened once, by the schedule, and
// lives for ever. Regions lie side by side, so one bitmap over the window
// tracks them all: one bit per granule, set while the granule is free.
//
//   bitmap     1 bit a granule    1 = free: no tier above knows it
//   any_       1 bit a word       1 = the word has a free granule
//   whole_     1 bit a word       1 = all 64 are free: a segment can be cut here
//   segments_  1 bit a word       1 = the word is a segment of some heap
//
// Hot choices: `lowest_` is a word below which nothing is free, so that memory
// fills from low addresses and high ones can empty.
//
// Invariant: free granules are committed, hold zeros, and no page of them is
// resident. Whoever returns granules has decommitted them first; whoever takes
// them may rely on zeros.
#pragma once

#include <cstddef>

#include "os/os.hpp"
#include "region/granule.hpp"
#include "region/schedule.hpp"
#include "region/window.hpp"

namespace strata::core {

// What a heap gets when it asks for a segment: usually all granules of a word.
struct segment_grant {
  std::size_t index = 0;  // of the word
  base::word granules = 0;

  [[nodiscard]] explicit operator bool() const noexcept { return granules != 0; }
};

template <class Os>
class basic_region_space {
 public:
  // Told about every range that opens, before any granule of it is handed out;
  // false refuses the range (its granules are then lost, not unsafe).
  struct open_listener {
    bool (*opened)(void* context, granule_run run) noexcept;
    void* context;
  };

  constexpr basic_region_space() noexcept = default;

  bool start(const region_schedule& schedule, std::size_t reserve) noexcept {
    base::check(schedule.valid(), "a region schedule that makes no progress");
    schedule_ = schedule;
    return window_.start(reserve) && start_bitmaps();
  }

  void listen(open_listener listener) noexcept { listener_ = listener; }

  // A segment for one heap: a whole word; only when no region can be opened any
  // more, what is left of a word. Empty when the system refuses.
  segment_grant take_segment() noexcept {
    base::lock_guard guard(lock_);
    std::size_t index = whole().next_set(lowest_);
    if (index == words() && open_region(segment_granules, segment_granules)) {
      index = whole().next_set(lowest_);
    }
    if (index == words()) index = word_with_rest();
    if (index == words()) return {};
    const segment_grant grant{index, bits_[index]};
    segments().set(index, 1);
    mark_taken({index * segment_granules, segment_granules});
    return grant;
  }

  // The granules of a segment, clean, when its heap has no more use for it.
  void return_segment(segment_grant grant) noexcept {
    base::lock_guard guard(lock_);
    base::check(segments().test(grant.index), "a segment is returned that no heap owned");
    base::check((bits_[grant.index] & grant.granules) == 0, "a segment is returned twice");
    segments().clear(grant.index, 1);
    bits_[grant.index] |= grant.granules;
    refresh(grant.index);
  }

  // `count` consecutive granules, the first aligned to `alignment` granules.
  granule_run take_run(std::size_t count, std::size_t alignment) noexcept {
    base::lock_guard guard(lock_);
    granule_run run = find_run(count, alignment);
    // More than once only if the window stepped over a place and lost the alignment.
    while (!run && open_region(count, alignment)) run = find_run(count, alignment);
    if (run) mark_taken(run);
    return run;
  }

  // Exactly these granules, for growth in place; false when one is not free.
  bool take_at(granule_run run) noexcept {
    base::lock_guard guard(lock_);
    if (run.end() > opened() || !bitmap().all_set(run.first, run.count)) return false;
    mark_taken(run);
    return true;
  }

  // Requires clean granules.
  void return_run(granule_run run) noexcept {
    base::lock_guard guard(lock_);
    base::check(bitmap().none_set(run.first, run.count), "granules are returned twice");
    bitmap().set(run.first, run.count);
    for (std::size_t i = run.first / segment_granules; i * segment_granules < run.end(); ++i) {
      refresh(i);
    }
  }

  [[nodiscard]] bool is_free(std::size_t granule) noexcept {
    base::lock_guard guard(lock_);
    return granule < opened() && bitmap().test(granule);
  }

  void shrink(std::size_t limit) noexcept {
    base::lock_guard guard(lock_);
    window_.shrink(limit);
  }

  [[nodiscard]] const basic_window<Os>& window() const noexcept { return window_; }
  [[nodiscard]] std::size_t region_count() const noexcept { return regions_; }
  [[nodiscard]] base::mutex<Os>& lock() noexcept { return lock_; }

  [[nodiscard]] std::size_t free_granules() noexcept {
    base::lock_guard guard(lock_);
    return bitmap().count();
  }

  // The summaries agree with the bitmap, and nothing below `lowest_` is free.
  [[nodiscard]] bool invariant() noexcept {
    base::lock_guard guard(lock_);
    if (!window_.invariant()) return false;
    for (std::size_t i = 0; i < words(); ++i) {
      if (any().test(i) != (bits_[i] != 0)) return false;
      if (whole().test(i) != (bits_[i] == base::word_full)) return false;
      if (i < lowest_ && bits_[i] != 0) return false;
    }
    return true;
  }

 private:
  static constexpr std::size_t claimed_region_min = base::mib;

  // Granules and words that regions cover so far.
  [[nodiscard]] std::size_t opened() const noexcept { return window_.opened() >> granule_shift; }
  [[nodiscard]] std::size_t words() const noexcept {
    return base::divide_up(opened(), segment_granules);
  }

  [[nodiscard]] base::bitmap_view bitmap() const noexcept {
    return {bits_, words() * segment_granules};
  }
  [[nodiscard]] base::bitmap_view any() const noexcept { return {any_, words()}; }
  [[nodiscard]] base::bitmap_view whole() const noexcept { return {whole_, words()}; }
  [[nodiscard]] base::bitmap_view segments() const noexcept { return {segments_, words()}; }

  bool start_bitmaps() noexcept {
    if (any_ != nullptr) return true;
    const std::size_t word_count = base::divide_up(window_.granules(), segment_granules);
    const std::size_t summary = base::divide_up(word_count, base::word_bits);
    const std::size_t bytes =
        base::align_up((word_count + 3 * summary) * sizeof(base::word), Os::page_size());
    void* memory = Os::reserve(bytes, Os::page_size(), os::initial_access::none);
    if (memory == nullptr) return false;
    if (!Os::commit(memory, bytes)) {
      Os::release(memory, bytes);
      return false;
    }
    Os::name_range(memory, bytes, "strata: region bitmap");
    any_ = static_cast<base::word*>(memory);
    whole_ = any_ + summary;
    segments_ = whole_ + summary;
    bits_ = segments_ + summary;
    return true;
  }

  void mark_taken(granule_run run) noexcept {
    bitmap().clear(run.first, run.count);
    for (std::size_t i = run.first / segment_granules; i * segment_granules < run.end(); ++i) {
      refresh(i);
    }
  }

  void refresh(std::size_t index) noexcept {
    const base::word bits = bits_[index];
    bits != 0 ? any().set(index, 1) : any().clear(index, 1);
    bits == base::word_full ? whole().set(index, 1) : whole().clear(index, 1);
    if (bits != 0 && index < lowest_) lowest_ = index;
    if (bits == 0 && index == lowest_) ++lowest_;
  }

  [[nodiscard]] std::size_t word_with_rest() const noexcept {
    std::size_t index = any().next_set(lowest_);
    while (index < words() && segments().test(index)) index = any().next_set(index + 1);
    return index;
  }

  [[nodiscard]] granule_run find_run(std::size_t count, std::size_t alignment) const noexcept {
    // Alignment is one of addresses: the window itself is aligned to a segment.
    const std::size_t phase = base_granule() & (alignment - 1);
    std::size_t from = lowest_ * segment_granules;
    while (from < opened()) {
      const std::size_t index = from / segment_granules;
      if (bits_[index] >> (from % segment_granules) == 0) {
        from = any().next_set(index + 1) * segment_granules;
        continue;
      }
      const std::size_t start = base::align_up(bitmap().next_set(from) + phase, alignment) - phase;
      const std::size_t end = start < opened() ? bitmap().next_clear(start) : start;
      if (start < opened() && end - start >= count) return {start, count};
      from = end > start ? end : start + 1;
    }
    return {};
  }

  [[nodiscard]] std::size_t base_granule() const noexcept {
    return reinterpret_cast<std::uintptr_t>(window_.base()) >> granule_shift;
  }

  // Opens the next region, large enough for a run of `count` granules aligned
  // to `alignment`, counting the free tail of what is open already.
  [[gnu::cold, gnu::noinline]] bool open_region(std::size_t count, std::size_t alignment) noexcept {
    const std::size_t aligned =
        base::align_up(opened() + base_granule(), alignment) - base_granule();
    if (count > window_.granules() || aligned + count > window_.granules()) return false;
    const std::size_t needed = (aligned + count - opened()) * granule_bytes;
    const std::size_t rounded = base::align_up(needed, segment_bytes);
    const std::size_t scheduled = region_bytes();
    const std::size_t wanted = scheduled > rounded ? scheduled : rounded;
    const granule_run run = window_.open(wanted, needed);
    if (!run || (listener_.opened != nullptr && !listener_.opened(listener_.context, run))) {
      return false;
    }
    ++regions_;
    bitmap().set(run.first, run.count);
    for (std::size_t i = run.first / segment_granules; i * segment_granules < run.end(); ++i) {
      refresh(i);
    }
    return true;
  }

  // A claimed window lives under a limit: regions then are small beside it.
  [[nodiscard]] std::size_t region_bytes() const noexcept {
    const std::size_t scheduled = schedule_.bytes_of(regions_);
    if (window_.reserved()) return scheduled;
    std::size_t share = base::align_down(window_.size() / 128, granule_bytes);
    if (share < claimed_region_min) share = claimed_region_min;
    return scheduled < share ? scheduled : share;
  }

  base::mutex<Os> lock_;
  basic_window<Os> window_;
  region_schedule schedule_;
  open_listener listener_{};
  std::size_t regions_ = 0;
  std::size_t lowest_ = 0;
  base::word* bits_ = nullptr;
  base::word* any_ = nullptr;
  base::word* whole_ = nullptr;
  base::word* segments_ = nullptr;
};

}  // namespace strata::core
