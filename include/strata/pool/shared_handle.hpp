// Several owners of one object in a pool, and observers of it. Both are one
// pointer wide; the counts lie beside the object, in its slot.
//
//   strata::counted_pool<connection> connections({.name = "connections"});
//   strata::shared_handle<connection> a = connections.make(socket);
//   strata::shared_handle<connection> b = a;
//   strata::weak_handle<connection> seen = a;
//   if (auto again = seen.lock()) again->send("hello");
//
// The object dies with its last shared handle. Its slot goes back to the pool with
// the last handle of any kind: until then no other object gets that place, so that
// a weak handle never leads to another object than its own.
//
// Counts is plain_counts or atomic_counts (see handle_counts.hpp). The two make
// different types, so that handles of one thread do not get into code that wants
// handles of all. A const handle leads to an object that may be changed; a handle
// of const T does not, and a handle of T converts to it. There is no conversion to
// a handle of a base class: the handle leads to the slot, and a base does not know
// where that begins.
#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <type_traits>
#include <utility>

#include <strata/base/detail/const_conversion.hpp>
#include <strata/pool/detail/shared_slot.hpp>
#include <strata/pool/handle_counts.hpp>

namespace strata {

template <class T, class Counts>
class weak_handle;

/// One of the owners of an object, or of nothing. Handles of one object may be
/// used by several threads at once with atomic_counts; one handle that is changed
/// may not.
///
/// More than 2^31 handles of one object, which only handles that are lost can
/// become, end the program with a diagnosis.
template <class T, class Counts = plain_counts>
class shared_handle {
 public:
  using element_type = T;
  using counts_type = Counts;
  using slot_type = shared_slot<std::remove_const_t<T>, Counts>;

  /// Effects: owns nothing.
  shared_handle() noexcept = default;
  shared_handle(std::nullptr_t) noexcept {}  // NOLINT(*-explicit-constructor): as pointers do

  /// Effects: takes over a shared handle that is counted in the slot already.
  explicit shared_handle(slot_type* counted) noexcept : slot_(counted) {}

  shared_handle(const shared_handle& other) noexcept : slot_(other.slot_) {
    if (slot_ != nullptr) slot_->counts().add_shared();
  }
  shared_handle(shared_handle&& other) noexcept : slot_(std::exchange(other.slot_, nullptr)) {}

  /// Effects: as copy and move; from a handle of T to one of const T.
  template <detail::without_const_of<T> U>
  // NOLINTNEXTLINE(*-explicit-constructor): adding const is implicit, as for pointers
  shared_handle(const shared_handle<U, Counts>& other) noexcept : slot_(other.slot_) {
    if (slot_ != nullptr) slot_->counts().add_shared();
  }
  template <detail::without_const_of<T> U>
  // NOLINTNEXTLINE(*-explicit-constructor): adding const is implicit, as for pointers
  shared_handle(shared_handle<U, Counts>&& other) noexcept
      : slot_(std::exchange(other.slot_, nullptr)) {}

  shared_handle& operator=(const shared_handle& other) noexcept {
    shared_handle(other).swap(*this);
    return *this;
  }
  shared_handle& operator=(shared_handle&& other) noexcept {
    shared_handle(std::move(other)).swap(*this);
    return *this;
  }

  /// Effects: the last shared handle destroys the object.
  /// Complexity: one subtraction, if not the last.
  ~shared_handle() {
    if (slot_ != nullptr) slot_->drop_shared();
  }

  /// Effects: owns nothing any more; the last shared handle destroys the object.
  void reset() noexcept { shared_handle().swap(*this); }

  void swap(shared_handle& other) noexcept { std::swap(slot_, other.slot_); }
  friend void swap(shared_handle& a, shared_handle& b) noexcept { a.swap(b); }

  /// Returns: the object; nullptr when empty.
  [[nodiscard]] T* get() const noexcept { return slot_ == nullptr ? nullptr : slot_->object(); }
  explicit operator bool() const noexcept { return slot_ != nullptr; }

  /// Requires: not empty.
  [[nodiscard]] T& operator*() const noexcept { return *slot_->object(); }
  [[nodiscard]] T* operator->() const noexcept { return slot_->object(); }

  /// Returns: how many shared handles own the object; 0 when empty. With other
  ///   threads about, a number of the past.
  [[nodiscard]] std::size_t use_count() const noexcept {
    return slot_ == nullptr ? 0 : slot_->counts().shared();
  }

  /// Handles compare as the places of their objects.
  template <class U>
  [[nodiscard]] bool operator==(const shared_handle<U, Counts>& other) const noexcept {
    return slot_ == other.slot_;
  }
  template <class U>
  [[nodiscard]] std::strong_ordering operator<=>(
      const shared_handle<U, Counts>& other) const noexcept {
    return std::compare_three_way{}(slot_, other.slot_);
  }
  [[nodiscard]] bool operator==(std::nullptr_t) const noexcept { return slot_ == nullptr; }

 private:
  template <class U, class C>
  friend class shared_handle;
  template <class U, class C>
  friend class weak_handle;
  friend struct std::hash<shared_handle>;

  slot_type* slot_ = nullptr;
};

/// Observes an object without keeping it alive, or nothing.
template <class T, class Counts = plain_counts>
class weak_handle {
 public:
  using element_type = T;
  using counts_type = Counts;
  using slot_type = shared_slot<std::remove_const_t<T>, Counts>;

  /// Effects: observes nothing.
  weak_handle() noexcept = default;

  /// Effects: observes what the handle owns.
  template <detail::at_most_as_const_as<T> U>
  // NOLINTNEXTLINE(*-explicit-constructor): to observe gives nothing away, as in std::weak_ptr
  weak_handle(const shared_handle<U, Counts>& shared) noexcept : slot_(shared.slot_) {
    if (slot_ != nullptr) slot_->counts().add_weak();
  }

  weak_handle(const weak_handle& other) noexcept : slot_(other.slot_) {
    if (slot_ != nullptr) slot_->counts().add_weak();
  }
  weak_handle(weak_handle&& other) noexcept : slot_(std::exchange(other.slot_, nullptr)) {}

  /// Effects: as copy; from a handle of T to one of const T.
  template <detail::without_const_of<T> U>
  // NOLINTNEXTLINE(*-explicit-constructor): adding const is implicit, as for pointers
  weak_handle(const weak_handle<U, Counts>& other) noexcept : slot_(other.slot_) {
    if (slot_ != nullptr) slot_->counts().add_weak();
  }

  weak_handle& operator=(const weak_handle& other) noexcept {
    weak_handle(other).swap(*this);
    return *this;
  }
  weak_handle& operator=(weak_handle&& other) noexcept {
    weak_handle(std::move(other)).swap(*this);
    return *this;
  }

  /// Effects: the last handle of a dead object gives the slot back.
  ~weak_handle() {
    if (slot_ != nullptr) slot_->drop_weak();
  }

  /// Returns: a new owner of the object; an empty handle when it died already, and
  ///   while its destructor runs.
  /// Complexity: lock-free.
  [[nodiscard]] shared_handle<T, Counts> lock() const noexcept {
    const bool alive = slot_ != nullptr && slot_->counts().try_add_shared();
    return shared_handle<T, Counts>(alive ? slot_ : nullptr);
  }

  /// Returns: whether there is nothing to lock. False may be of the past already.
  [[nodiscard]] bool expired() const noexcept { return use_count() == 0; }
  [[nodiscard]] std::size_t use_count() const noexcept {
    return slot_ == nullptr ? 0 : slot_->counts().shared();
  }

  void reset() noexcept { weak_handle().swap(*this); }
  void swap(weak_handle& other) noexcept { std::swap(slot_, other.slot_); }
  friend void swap(weak_handle& a, weak_handle& b) noexcept { a.swap(b); }

  /// Handles compare as the places of their objects, dead ones too: as long as a
  /// handle observes it, nothing else lives there.
  template <class U>
  [[nodiscard]] bool operator==(const weak_handle<U, Counts>& other) const noexcept {
    return slot_ == other.slot_;
  }
  template <class U>
  [[nodiscard]] std::strong_ordering operator<=>(
      const weak_handle<U, Counts>& other) const noexcept {
    return std::compare_three_way{}(slot_, other.slot_);
  }

 private:
  template <class U, class C>
  friend class weak_handle;
  friend struct std::hash<weak_handle>;

  slot_type* slot_ = nullptr;
};

}  // namespace strata

template <class T, class Counts>
struct std::hash<strata::shared_handle<T, Counts>> {
  [[nodiscard]] std::size_t operator()(
      const strata::shared_handle<T, Counts>& handle) const noexcept {
    return std::hash<const void*>{}(handle.slot_);
  }
};

template <class T, class Counts>
struct std::hash<strata::weak_handle<T, Counts>> {
  [[nodiscard]] std::size_t operator()(
      const strata::weak_handle<T, Counts>& handle) const noexcept {
    return std::hash<const void*>{}(handle.slot_);
  }
};
