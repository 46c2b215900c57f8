// Tier 2, seen from a heap: the segments it owns, and the slabs cut from them.
//
//   open   segments with free granules; those with warm pages towards the front
//   full   segments without
//
// Hot choice: `hot_`, the segment that served last. Memory that a slab leaves
// stays resident ("retained") until the heap's retention says it must go, and
// is what the next slab is put on. An empty segment without resident pages goes
// back to its region, where any heap can take it.
//
// Everything under the heap's lock.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>

#include "heap/domain.hpp"

namespace strata::core {

template <class Os>
class basic_segment_set {
 public:
  using domain = basic_domain<Os>;

  constexpr explicit basic_segment_set(domain& shared) noexcept : domain_(shared) {}

  // The record of the first of `count` granules for a slab, with `zero` set when
  // they hold zeros. nullptr when the system refuses.
  slab* take(void* heap, std::size_t count) noexcept {
    segment* from = find(count, tries_max);
    if (from == nullptr) from = grow(heap, count);
    if (from == nullptr) from = find(count, SIZE_MAX);
    if (from == nullptr) return nullptr;
    const std::size_t first = choose_granules(*from, count);
    const base::word taken = base::bit_run(first, count);
    from->free &= ~taken;
    from->dirty &= ~taken;
    hot_ = from;
    if (from->free == 0) move(*from, open_, full_);
    return &prepare(domain_.index_of(*from) * segment_granules + first, count);
  }

  // Takes back the granules of a slab that holds no live block.
  void give(slab& head) noexcept {
    segment& home = domain_.segment_of(head);
    if (home.free == 0) move(home, full_, open_);
    free_granules(home, head);
    prefer(home);
  }

  // Takes back every slab, whatever it holds.
  void give_all() noexcept {
    while (segment* closed = full_.front()) move(*closed, full_, open_);
    for (segment* at = open_.front(); at != nullptr; at = segment_list::next(*at)) {
      visit_slabs(*at, [&](slab& head) { free_granules(*at, head); });
    }
  }

  // Gives back at least `bytes` of retained memory, or all there is. Returns
  // what went.
  std::size_t purge(std::size_t bytes) noexcept {
    std::size_t purged = 0;
    for (segment* at = open_.back(); at != nullptr && purged < bytes;) {
      segment* next = segment_list::previous(*at);
      purged += purge(*at, bytes - purged);
      if (at->empty() && at->dirty == 0) return_to_region(*at);
      at = next;
    }
    return purged;
  }

  [[nodiscard]] std::size_t retained() const noexcept { return retained_; }
  [[nodiscard]] std::size_t count() const noexcept { return count_; }

  // Visits the head record of every slab. In the child of a fork that interrupted
  // take() or give(), the slab in their hands has no owner, and nothing in it.
  template <class Visitor>
  void for_each_slab(Visitor visit) const {
    const auto visit_owned = [&](slab& head) {
      if (base::racy_load(head.owner) != nullptr) visit(head);
    };
    for (const segment_list* from : {&open_, &full_}) {
      for (const segment* at = from->front(); at != nullptr; at = segment_list::next(*at)) {
        visit_slabs(*at, visit_owned);
      }
    }
  }

  // Bitmaps, lists and the count of retained bytes agree with the records.
  [[nodiscard]] bool invariant() const noexcept {
    if (!open_.invariant() || !full_.invariant() || open_.size() + full_.size() != count_) {
      return false;
    }
    std::size_t retained = 0;
    bool sound = true;
    for (const segment_list* from : {&open_, &full_}) {
      for (const segment* at = from->front(); at != nullptr; at = segment_list::next(*at)) {
        sound = sound && at->invariant() && (at->free == 0) == (from == &full_);
        retained += dirty_bytes(*at);
      }
    }
    return sound && retained == retained_;
  }

 private:
  using segment_list = base::list<segment, &segment::links>;
  static constexpr std::size_t tries_max = 16;

  static void move(segment& which, segment_list& from, segment_list& to) noexcept {
    from.remove(which);
    to.push_front(which);
  }

  // Warm segments come first, so that the search meets them first.
  void prefer(segment& which) noexcept {
    if (open_.front() == &which) return;
    open_.remove(which);
    open_.push_front(which);
  }

  // Looks at `tries` segments: a new one costs less than a long search.
  [[nodiscard]] segment* find(std::size_t count, std::size_t tries) const noexcept {
    segment* cold = nullptr;
    if (hot_ != nullptr) {
      if (base::find_run(hot_->dirty, count) != base::word_bits) return hot_;
      if (base::find_run(hot_->free, count) != base::word_bits) cold = hot_;
    }
    for (segment* at = open_.front(); at != nullptr && tries != 0; --tries) {
      if (base::find_run(at->dirty, count) != base::word_bits) return at;
      if (cold == nullptr && base::find_run(at->free, count) != base::word_bits) cold = at;
      if (cold != nullptr && retained_ == 0) break;
      at = segment_list::next(*at);
    }
    return cold;
  }

  void free_granules(segment& home, slab& head) noexcept {
    const std::size_t count = slab_granules(head.size_class);
    const std::size_t granule = domain_.slabs.granule_of(head);
    const std::size_t touched = touched_bytes(head);
    for (std::size_t i = 0; i < count; ++i) {
      slab& record = domain_.slabs.at(granule + i);
      const base::word bit = base::bit_run((granule + i) % segment_granules, 1);
      note_touched(record, touched > i * granule_bytes ? touched - i * granule_bytes : 0);
      retained_ += resident_bytes(record);
      base::racy_store(record.owner, static_cast<owner*>(nullptr));
      std::atomic_signal_fence(std::memory_order_release);
      close_fast_path(record);
      base::racy_store(record.state, slab_state::none);
      home.free |= bit;
      if (record.touched != 0) home.dirty |= bit;
    }
  }

  segment* grow(void* heap, std::size_t count) noexcept {
    const segment_grant grant = domain_.regions.take_segment();
    if (!grant) return nullptr;
    segment& fresh = domain_.segment_at(grant.index);
    fresh.heap = heap;
    fresh.owned = fresh.free = grant.granules;
    fresh.dirty = 0;
    open_.push_front(fresh);
    ++count_;
    return base::find_run(fresh.free, count) != base::word_bits ? &fresh : nullptr;
  }

  slab& prepare(std::size_t granule, std::size_t count) noexcept {
    slab& head = domain_.slabs.at(granule);
    head.zero = true;
    for (std::size_t i = 0; i < count; ++i) {
      slab& record = domain_.slabs.at(granule + i);
      retained_ -= resident_bytes(record);
      head.zero = head.zero && record.touched == 0;
      record.head_distance = i & 0x7F;
      record.state = i == 0 ? slab_state::active : slab_state::tail;
      close_fast_path(record);
    }
    return head;
  }

  static void note_touched(slab& record, std::size_t bytes) noexcept {
    const std::size_t here = bytes < granule_bytes ? bytes : granule_bytes;
    const std::size_t pages = base::align_up(here, Os::page_size());
    if (pages > resident_bytes(record)) set_resident_bytes(record, pages);
  }

  // From the end, because slabs are put on the first granules that fit, and no more
  // of a run than is asked for: what goes too much comes back as page faults.
  std::size_t purge(segment& from, std::size_t bytes) noexcept {
    std::size_t purged = 0;
    base::word left = from.dirty;
    while (left != 0 && purged < bytes) {
      const auto end = base::word_bits - static_cast<std::size_t>(std::countl_zero(left));
      const auto run = static_cast<std::size_t>(std::countl_one(left << (base::word_bits - end)));
      const std::size_t more = std::max(bytes - purged, purge_step_bytes);
      const std::size_t count = std::min(run, base::divide_up(more, granule_bytes));
      left &= ~base::bit_run(end - count, count);
      purged += purge_run(from, end - count, count);
    }
    return purged;
  }

  std::size_t purge_run(segment& from, std::size_t first, std::size_t count) noexcept {
    const std::size_t granule = domain_.index_of(from) * segment_granules + first;
    std::byte* place = domain_.regions.window().address(granule);
    if (!Os::decommit(place, count * granule_bytes, os::decommit_mode::immediate)) return 0;
    std::size_t purged = 0;
    for (std::size_t i = 0; i < count; ++i) {
      slab& record = domain_.slabs.at(granule + i);
      purged += resident_bytes(record);
      set_resident_bytes(record, 0);
    }
    from.dirty &= ~base::bit_run(first, count);
    retained_ -= purged;
    return purged;
  }

  void return_to_region(segment& empty) noexcept {
    open_.remove(empty);
    if (hot_ == &empty) hot_ = nullptr;
    --count_;
    const segment_grant grant{domain_.index_of(empty), empty.owned};
    empty.heap = nullptr;
    empty.owned = empty.free = 0;
    domain_.regions.return_segment(grant);
  }

  [[nodiscard]] std::size_t dirty_bytes(const segment& from) const noexcept {
    std::size_t bytes = 0;
    for (base::word left = from.dirty; left != 0; left &= left - 1) {
      const auto bit = static_cast<std::size_t>(std::countr_zero(left));
      bytes +=
          domain_.slabs.at(domain_.index_of(from) * segment_granules + bit).touched * touched_unit;
    }
    return bytes;
  }

  template <class Visitor>
  void visit_slabs(const segment& from, Visitor&& visit) const {
    for (base::word left = from.owned & ~from.free; left != 0; left &= left - 1) {
      const auto bit = static_cast<std::size_t>(std::countr_zero(left));
      slab& record = domain_.slabs.at(domain_.index_of(from) * segment_granules + bit);
      const slab_state state = base::racy_load(record.state);
      if (state != slab_state::tail && state != slab_state::none) visit(record);
    }
  }

  domain& domain_;
  segment_list open_;
  segment_list full_;
  segment* hot_ = nullptr;
  std::size_t count_ = 0;
  std::size_t retained_ = 0;
};

}  // namespace strata::core
