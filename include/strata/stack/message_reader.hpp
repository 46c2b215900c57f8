// The reading end of a message ring.
//
//   auto reader = strata::message_reader::attach(region, where);
//   if (!reader) return complain(reader.error().what());
//   while (!reader->ended()) {
//     if (!reader->wait(1s)) continue;
//     handle(reader->front());
//     reader->pop();
//   }
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <span>

#include <strata/stack/attach_error.hpp>
#include <strata/stack/detail/ring_end.hpp>
#include <strata/stack/message_ring.hpp>

namespace strata {

/// For one thread at a time. Movable. The region must outlive it, and a child of fork
/// must not use what its parent attached.
class message_reader {
 public:
  /// Returns: the reading end, if nobody has it. Messages that the last reader did not
  ///   pop come again.
  [[nodiscard]] static attached<message_reader> attach(const shared_region& region,
                                                       offset_ptr<message_ring> at) noexcept;

  /// Returns: the oldest message of a lane, the same until pop; data() is nullptr: there
  ///   is none. It lies in the ring: a writer that breaks the rules may change it, so
  ///   copy what you check before you use it.
  /// Complexity: wait-free; linear in lanes that have none.
  [[nodiscard]] std::span<const std::byte> front() noexcept {
    for (std::size_t looked = 0; looked < place_.writers; ++looked) {
      const std::span<const std::byte> found = lanes_[current_].front();
      if (found.data() != nullptr) return found;
      turn();
    }
    return {};
  }

  /// Effects: gives the bytes of what front returned back to its writer. The next
  ///   message is one of the next lane, if there are any.
  /// Requires: front returned a message, not yet popped; the program ends with a
  ///   diagnosis else.
  void pop() noexcept {
    lanes_[current_].pop();
    if (place_.sleepers) {
      detail::wake_if_asleep(lanes_[current_].place().header->writer_sleeps);
    }
    turn();
  }

  /// Effects: sleeps until there is a message, at most for `timeout`. Where the ring has
  ///   no sleepers, it looks again and again.
  /// Returns: whether there is one.
  [[nodiscard]] bool wait(std::chrono::nanoseconds timeout) noexcept;

  /// Returns: how many writers are attached. Those that died are not.
  /// Complexity: a system call for each lane.
  [[nodiscard]] std::size_t writers() const noexcept;

  /// Returns: whether no writer is attached and no message is left: nothing comes any
  ///   more, unless another writer attaches.
  [[nodiscard]] bool ended() noexcept { return writers() == 0 && front().data() == nullptr; }

  /// Returns: in how many lanes something was found that breaks the rules: a writer
  ///   wrote where it should not. They are not read any more; the others are.
  [[nodiscard]] std::size_t damaged_lanes() const noexcept;

 private:
  message_reader(const detail::ring_place& place, detail::ring_claim claim,
                 std::unique_ptr<detail::lane_reader[]> lanes) noexcept
      : place_(place), claim_(std::move(claim)), lanes_(std::move(lanes)) {}

  void turn() noexcept { current_ = current_ + 1 == place_.writers ? 0 : current_ + 1; }

  detail::ring_place place_;
  detail::ring_claim claim_;
  std::unique_ptr<detail::lane_reader[]> lanes_;
  std::size_t current_ = 0;
};

}  // namespace strata
