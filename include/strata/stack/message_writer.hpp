// The writing end of a message ring.
//
//   auto writer = strata::message_writer::attach(region, where);
//   if (!writer) return complain(writer.error().what());
//   if (!writer->try_write(bytes)) ...               // no room: the reader is behind
//
//   const std::span<std::byte> room = writer->try_reserve(100);   // or in place:
//   writer->commit(encode(room));
#pragma once

#include <chrono>
#include <cstddef>
#include <cstring>
#include <span>

#include <strata/stack/attach_error.hpp>
#include <strata/stack/detail/ring_end.hpp>
#include <strata/stack/message_ring.hpp>

namespace strata {

/// For one thread at a time. Movable. The region must outlive it, and a child of fork
/// must not use what its parent attached.
class message_writer {
 public:
  /// Returns: an end with a lane that nobody has. Where its last writer died, the
  ///   messages that it completed are still there, and none that it did not.
  [[nodiscard]] static attached<message_writer> attach(const shared_region& region,
                                                       offset_ptr<message_ring> at) noexcept;

  /// Returns: the longest message that can be written.
  [[nodiscard]] std::size_t message_max() const noexcept { return lane_.place().message_max(); }

  /// Returns: whether the message was written. Not when there is no room for it now, nor
  ///   ever when it is longer than message_max or the lane is damaged.
  /// Complexity: wait-free; linear in the message.
  bool try_write(std::span<const std::byte> message) noexcept {
    const std::span<std::byte> room = try_reserve(message.size());
    if (room.data() == nullptr) return false;
    if (!message.empty()) std::memcpy(room.data(), message.data(), message.size());
    commit(message.size());
    return true;
  }

  /// Returns: room for a message in the ring, a multiple of 8; data() is nullptr where
  ///   try_write would not write. The next call may return the same.
  [[nodiscard]] std::span<std::byte> try_reserve(std::size_t bytes) noexcept {
    std::byte* const room = lane_.reserve(bytes);
    return room == nullptr ? std::span<std::byte>{} : std::span(room, bytes);
  }

  /// Effects: the first `bytes` of what was reserved last are a message now.
  /// Requires: at most as many were reserved, and not yet committed; the program ends
  ///   with a diagnosis else.
  void commit(std::size_t bytes) noexcept {
    lane_.commit(bytes);
    if (sleepers_) detail::wake_if_asleep(place_.ring->reader_sleeps);
  }

  /// Effects: sleeps until there is room for a message, at most for `timeout`. Where
  ///   the ring has no sleepers, it looks again and again.
  /// Returns: whether there is room.
  [[nodiscard]] bool wait_for_room(std::size_t bytes, std::chrono::nanoseconds timeout) noexcept;

  /// Returns: whether a reader is attached. One that died is not.
  /// Complexity: a system call.
  [[nodiscard]] bool reader_attached() const noexcept {
    return claim_.taken_by_another(place_.claim_of_reader());
  }

  /// Returns: whether the reader's position was found to break the rules: somebody wrote
  ///   where they should not. Nothing more will be written then.
  [[nodiscard]] bool damaged() const noexcept { return lane_.damaged(); }

 private:
  message_writer(const detail::ring_place& place, detail::ring_claim claim,
                 const detail::lane_writer& lane) noexcept
      : place_(place), claim_(std::move(claim)), lane_(lane), sleepers_(place.sleepers) {}

  detail::ring_place place_;
  detail::ring_claim claim_;
  detail::lane_writer lane_;
  bool sleepers_;
};

}  // namespace strata
