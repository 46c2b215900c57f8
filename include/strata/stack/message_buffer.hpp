// Messages between fibers and threads, without a copy: a buffer has one owner, who may
// write; once it is shared, any number of slices of it are read, wherever they went.
//
//   strata::message_buffer out = messages.get(1500);
//   out.resize(read_from(socket, out.bytes()));
//   const strata::message_slice packet = std::move(out).share();
//   decoder.send(packet.slice(0, 20));      // the same bytes, counted
//   archive.send(packet);
//
// The memory returns to its message_pool when the last one ends, on any thread.
// How to write again: message_slice::try_unique and message_pool::unshare.
#pragma once

#include <atomic>
#include <cstddef>
#include <span>
#include <utility>

#include <strata/base/detail/diagnosis.hpp>
#include <strata/stack/detail/message_home.hpp>

namespace strata {

class message_slice;

namespace detail {

/// A part of a block, and one of its references, or nothing.
struct message_part {
  band_block* block = nullptr;
  std::byte* begin = nullptr;
  std::size_t size = 0;

  [[nodiscard]] message_part take() noexcept { return std::exchange(*this, {}); }
};

}  // namespace detail

/// The only owner of a message that may be written, or of none.
class message_buffer {
 public:
  message_buffer() noexcept = default;
  message_buffer(message_buffer&& other) noexcept : part_(other.part_.take()) {}
  message_buffer& operator=(message_buffer&& other) noexcept {
    message_buffer taken(std::move(other));
    std::swap(part_, taken.part_);
    return *this;
  }
  ~message_buffer() {
    if (part_.block != nullptr) detail::message_home::give(*part_.block);
  }

  /// Effects: shares the message: it can be read only from now on.
  /// Returns: all of it; nothing of nothing.
  [[nodiscard]] message_slice share() && noexcept;

  /// Effects: gives the message another size. What is beyond the former one is whatever
  ///   was there.
  /// Requires: `bytes` is at most capacity(); the program ends with a diagnosis else.
  void resize(std::size_t bytes) {
    if (bytes > capacity()) [[unlikely]]
      detail::report_message_too_small(bytes, capacity());
    part_.size = bytes;
  }

  [[nodiscard]] std::byte* data() const noexcept { return part_.begin; }
  [[nodiscard]] std::size_t size() const noexcept { return part_.size; }
  [[nodiscard]] std::span<std::byte> bytes() const noexcept { return {part_.begin, part_.size}; }
  /// Returns: how large the message can become where it lies.
  [[nodiscard]] std::size_t capacity() const noexcept {
    if (part_.block == nullptr) return 0;
    return part_.block->bytes - static_cast<std::size_t>(part_.begin - part_.block->payload());
  }
  /// Returns: whether there is a message.
  [[nodiscard]] explicit operator bool() const noexcept { return part_.block != nullptr; }

 private:
  template <class Sharing>
  friend class basic_message_pool;
  friend message_slice;
  explicit message_buffer(const detail::message_part& part) noexcept : part_(part) {}

  detail::message_part part_;
};

/// A part of a shared message, or of none. Slices of one message may be used by several
/// threads at once; one slice that is changed may not.
class message_slice {
 public:
  message_slice() noexcept = default;
  message_slice(const message_slice& other) noexcept : part_(other.part_) {
    if (part_.block != nullptr) detail::message_home::add(*part_.block);
  }
  message_slice(message_slice&& other) noexcept : part_(other.part_.take()) {}
  message_slice& operator=(const message_slice& other) noexcept {
    message_slice taken(other);
    std::swap(part_, taken.part_);
    return *this;
  }
  message_slice& operator=(message_slice&& other) noexcept {
    message_slice taken(std::move(other));
    std::swap(part_, taken.part_);
    return *this;
  }
  /// Complexity: one subtraction, and none for the only one.
  ~message_slice() {
    if (part_.block != nullptr) detail::message_home::drop(*part_.block);
  }

  /// Returns: one more slice of the message, from this one's byte `begin` on.
  /// Requires: it lies in this one; the program ends with a diagnosis else.
  [[nodiscard]] message_slice slice(std::size_t begin, std::size_t bytes) const& {
    message_slice part(*this);
    part.narrow(begin, bytes);
    return part;
  }
  [[nodiscard]] message_slice slice(std::size_t begin, std::size_t bytes) && {
    narrow(begin, bytes);
    return std::move(*this);
  }

  /// Returns: the message as its only owner, with the bytes of this slice; nothing, and
  ///   the slice stays, when there are others.
  [[nodiscard]] message_buffer try_unique() && noexcept {
    return is_unique() ? message_buffer(part_.take()) : message_buffer();
  }

  [[nodiscard]] const std::byte* data() const noexcept { return part_.begin; }
  [[nodiscard]] std::size_t size() const noexcept { return part_.size; }
  [[nodiscard]] std::span<const std::byte> bytes() const noexcept {
    return {part_.begin, part_.size};
  }
  /// Returns: whether there is a message.
  [[nodiscard]] explicit operator bool() const noexcept { return part_.block != nullptr; }

  /// Returns: whether no other slice shares the message; true stays true.
  [[nodiscard]] bool is_unique() const noexcept { return use_count() == 1; }
  /// Returns: how many slices share the message; 0 without one. With other threads
  ///   about, a number of the past.
  [[nodiscard]] std::size_t use_count() const noexcept {
    return part_.block == nullptr ? 0 : part_.block->references.load(std::memory_order_acquire);
  }

 private:
  friend message_buffer;
  explicit message_slice(const detail::message_part& part) noexcept : part_(part) {}

  void narrow(std::size_t begin, std::size_t bytes) {
    if (begin > part_.size || bytes > part_.size - begin) [[unlikely]]
      detail::report_slice_outside(begin, bytes, part_.size);
    part_.begin += begin;
    part_.size = bytes;
  }

  detail::message_part part_;
};

inline message_slice message_buffer::share() && noexcept { return message_slice(part_.take()); }

}  // namespace strata
