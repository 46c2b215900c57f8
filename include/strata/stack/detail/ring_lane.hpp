// One lane of a message ring: bytes from one writer to one reader, in memory that they
// share and that either may spoil. Not for programs.
//
//   lane_header  | head ................ | tail, writer_sleeps . |   two cache lines
//   data         | bytes | message | pad | bytes | message | pad | ... free ... |
//                ^ tail: read so far                             ^ head: written so far
//
// Positions count bytes since the beginning and never wrap; where in the data they are
// is their remainder. A record is 8 bytes that say how long the message is, and the
// message, rounded up to 8. It lies in one piece: where the end of the data is too near,
// a record of all ones fills it up.
//
// Invariants, of positions that follow the rules:
//   - tail <= head <= tail + capacity, all multiples of 8
//   - records lie end to end from tail to head
// The writer moves head when a record is complete, the reader moves tail when it is
// done with one. So a process that dies leaves either all of a record or none, and
// whoever takes its place goes on at its position (Lamport 1977: one reader and one
// writer need no other synchronisation).
//
// Each side keeps its own position to itself, and of the other's takes only what keeps
// the invariants: else the lane is damaged, and is not touched again.
#pragma once

#include <algorithm>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <span>

#include <strata/base/detail/diagnosis.hpp>

namespace strata::detail {

struct lane_header {
  alignas(64) std::atomic<std::uint64_t> head;
  alignas(64) std::atomic<std::uint64_t> tail;
  std::atomic<std::uint32_t> writer_sleeps;
};

static_assert(sizeof(lane_header) == 128);

/// Where a lane lies here, and what its size is: copies of what was checked once.
struct lane_place {
  static constexpr std::uint64_t unit = 8;
  static constexpr std::uint64_t pad = UINT64_MAX;

  lane_header* header = nullptr;
  std::byte* data = nullptr;
  std::uint64_t capacity = 0;  // a power of two

  [[nodiscard]] std::uint64_t index_of(std::uint64_t position) const noexcept {
    return position & (capacity - 1);
  }

  /// Returns: the length at a position. Atomic, so that it is read once: the other
  ///   process may write there in spite of the rules.
  [[nodiscard]] std::atomic_ref<std::uint64_t> length_at(std::uint64_t position) const noexcept {
    return std::atomic_ref(*reinterpret_cast<std::uint64_t*>(data + index_of(position)));
  }

  /// Returns: whether positions so far apart follow the rules.
  [[nodiscard]] bool plausible(std::uint64_t used) const noexcept {
    return used <= capacity && used % unit == 0;
  }

  [[nodiscard]] static constexpr std::uint64_t record_bytes(std::uint64_t message) noexcept {
    return unit + (message + unit - 1) / unit * unit;
  }

  /// Returns: the longest message that finds room in every empty lane: wherever it
  ///   begins, at most as much again is filled up before it.
  [[nodiscard]] std::uint64_t message_max() const noexcept { return capacity / 2 - unit; }
};

/// The writing end.
class lane_writer {
 public:
  lane_writer() = default;
  /// Effects: goes on where the last writer ended. Damaged, and not to be used, when
  ///   the positions do not follow the rules.
  /// Requires: nobody else writes.
  explicit lane_writer(const lane_place& place) noexcept
      : place_(place),
        head_(place.header->head.load(std::memory_order_relaxed)),
        tail_seen_(place.header->tail.load(std::memory_order_acquire)),
        damaged_(!place.plausible(head_ - tail_seen_) || head_ % lane_place::unit != 0) {}

  [[nodiscard]] const lane_place& place() const noexcept { return place_; }
  [[nodiscard]] bool damaged() const noexcept { return damaged_; }

  /// Returns: room for a message; none where the lane is full, damaged, or too small.
  [[nodiscard]] std::byte* reserve(std::uint64_t bytes) noexcept {
    if (bytes > place_.message_max()) [[unlikely]]
      return nullptr;
    const std::uint64_t to_end = place_.capacity - place_.index_of(head_);
    const std::uint64_t record = lane_place::record_bytes(bytes);
    const std::uint64_t filled = record <= to_end ? 0 : to_end;
    if (place_.capacity - (head_ - tail_seen_) < filled + record && !refresh(filled + record)) {
      return nullptr;
    }
    if (filled != 0) place_.length_at(head_).store(lane_place::pad, std::memory_order_relaxed);
    begin_ = head_ + filled;
    reserved_ = bytes + 1;
    return place_.data + place_.index_of(begin_) + lane_place::unit;
  }

  /// Effects: the message is there for the reader.
  /// Requires: reserve gave room for as much, once for each commit; the program ends with
  ///   a diagnosis else.
  void commit(std::uint64_t bytes) noexcept {
    if (bytes >= reserved_) [[unlikely]]
      report_commit_without_room(bytes, reserved_ == 0 ? 0 : reserved_ - 1);
    reserved_ = 0;
    place_.length_at(begin_).store(bytes, std::memory_order_relaxed);
    head_ = begin_ + lane_place::record_bytes(bytes);
    place_.header->head.store(head_, std::memory_order_release);
  }

 private:
  [[nodiscard, gnu::noinline]] bool refresh(std::uint64_t wanted) noexcept {
    const std::uint64_t tail = place_.header->tail.load(std::memory_order_acquire);
    if (damaged_ || !place_.plausible(head_ - tail)) [[unlikely]]
      return leave();
    tail_seen_ = tail;
    return place_.capacity - (head_ - tail_seen_) >= wanted;
  }

  // It looks full from now on: else a shorter message might still find room.
  [[gnu::cold, gnu::noinline]] bool leave() noexcept {
    damaged_ = true;
    tail_seen_ = head_ - place_.capacity;
    return false;
  }

  lane_place place_;
  std::uint64_t head_ = 0;
  std::uint64_t begin_ = 0;     // of the record that was reserved
  std::uint64_t reserved_ = 0;  // bytes of its message, and one; 0: nothing is reserved
  std::uint64_t tail_seen_ = 0;
  bool damaged_ = false;
};

/// The reading end.
class lane_reader {
 public:
  lane_reader() = default;
  /// Effects: goes on where the last reader ended. Damaged when the positions do not
  ///   follow the rules.
  /// Requires: nobody else reads.
  explicit lane_reader(const lane_place& place) noexcept
      : place_(place),
        tail_(place.header->tail.load(std::memory_order_relaxed)),
        head_seen_(tail_),
        damaged_(tail_ % lane_place::unit != 0) {
    if (!damaged_) (void)refresh();
  }

  [[nodiscard]] const lane_place& place() const noexcept { return place_; }
  [[nodiscard]] bool damaged() const noexcept { return damaged_; }

  /// Returns: the oldest message, the same until pop whatever the writer does meanwhile;
  ///   data() is nullptr: there is none.
  [[nodiscard]] std::span<const std::byte> front() noexcept {
    if (shown_.data() != nullptr) return shown_;
    if (tail_ == head_seen_ && !refresh()) return {};
    std::uint64_t length = place_.length_at(tail_).load(std::memory_order_relaxed);
    if (length == lane_place::pad) [[unlikely]] {
      if (!skip_pad()) return {};
      length = place_.length_at(tail_).load(std::memory_order_relaxed);
    }
    const std::uint64_t at = place_.index_of(tail_);
    const std::uint64_t room =
        std::min(head_seen_ - tail_, place_.capacity - at) - lane_place::unit;
    if (length > room) [[unlikely]]
      return spoilt();
    shown_ = {place_.data + at + lane_place::unit, length};
    return shown_;
  }

  /// Effects: the oldest message is done with, and its bytes go to the writer.
  /// Requires: front returned one, not yet popped; the program ends with a diagnosis else.
  void pop() noexcept {
    if (shown_.data() == nullptr) [[unlikely]]
      report_no_message_to_pop();
    tail_ += lane_place::record_bytes(shown_.size());
    shown_ = {};
    place_.header->tail.store(tail_, std::memory_order_release);
  }

 private:
  [[nodiscard]] bool refresh() noexcept {
    const std::uint64_t head = place_.header->head.load(std::memory_order_acquire);
    if (head == tail_ || damaged_) return false;
    if (!place_.plausible(head - tail_)) [[unlikely]] {
      damaged_ = true;
      return false;
    }
    head_seen_ = head;
    return true;
  }

  // What fills the end up is never all that there is, and never at the beginning.
  [[nodiscard]] bool skip_pad() noexcept {
    const std::uint64_t filled = place_.capacity - place_.index_of(tail_);
    if (filled >= head_seen_ - tail_) {
      (void)spoilt();
      return false;
    }
    tail_ += filled;
    return true;
  }

  [[gnu::cold, gnu::noinline]] std::span<const std::byte> spoilt() noexcept {
    damaged_ = true;
    head_seen_ = tail_;
    return {};
  }

  lane_place place_;
  std::uint64_t tail_ = 0;
  std::uint64_t head_seen_ = 0;
  std::span<const std::byte> shown_;  // what front returned, until pop
  bool damaged_ = false;
};

}  // namespace strata::detail
