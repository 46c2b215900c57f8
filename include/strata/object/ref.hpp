// A counted reference to an object: one pointer wide, and the object lives as long as
// any reference to it.
//
//   strata::object_heap<> heap({.name = "interpreter"});
//   strata::ref<cons> list = heap.make<cons>(1, nullptr);
//   list = heap.make<cons>(2, std::move(list));
//
// The count lies in front of the object, not in the heap or in the reference, so that a
// reference can be made from an object's address. A reference is of the object's own
// type: there is no conversion to one of a base class. A const reference leads to an
// object that may be changed; a reference of const T does not, and a reference of T
// converts to it.
#pragma once

#include <compare>
#include <cstddef>
#include <functional>
#include <type_traits>
#include <utility>

#include <strata/base/detail/const_conversion.hpp>
#include <strata/object/counting.hpp>
#include <strata/object/detail/object_core.hpp>
#include <strata/object/object_type_of.hpp>

namespace strata {

namespace detail {

/// Effects: what follows when subtract said that it was the last reference.
template <class T, class Counting>
[[gnu::always_inline]] inline void object_ended(object_header& header) noexcept {
  using object = std::remove_const_t<T>;
  if constexpr (Counting::kind == counting_kind::plain &&
                std::is_trivially_destructible_v<object> && !finalised_object<object>) {
    if (header.flags == 0) [[likely]] {
      push_free(*chunk_of(header).list, header);
      if constexpr (poisons) poison(object_of(header), sizeof(object));
      return;
    }
  }
  object_core::end(header);
}

}  // namespace detail

/// One of the references to an object, or to nothing. One reference that is changed may
/// be used by one thread at a time; which threads may have references says Counting.
template <class T, counting_policy Counting = plain_counting>
class ref {
 public:
  using element_type = T;
  using counting_type = Counting;

  /// Effects: refers to nothing.
  ref() noexcept = default;
  ref(std::nullptr_t) noexcept {}  // NOLINT(google-explicit-constructor): as pointers do

  /// Returns: what refers to the object, and takes over a reference that is counted.
  [[nodiscard]] static ref adopt(T* counted) noexcept {
    ref out;
    out.object_ = counted;
    return out;
  }
  /// Returns: another reference to a live object, such as `this`; for nullptr, to nothing.
  [[nodiscard]] static ref share(T* object) noexcept {
    if (object != nullptr) Counting::add(header_of(object));
    return adopt(object);
  }

  ref(const ref& other) noexcept : object_(other.object_) {
    if (object_ != nullptr) Counting::add(header_of(object_));
  }
  ref(ref&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}

  /// Effects: as copy and move; from a reference of T to one of const T.
  template <detail::without_const_of<T> U>
  // NOLINTNEXTLINE(google-explicit-constructor): adding const is implicit, as for pointers
  ref(const ref<U, Counting>& other) noexcept : ref(share(other.get())) {}
  template <detail::without_const_of<T> U>
  // NOLINTNEXTLINE(google-explicit-constructor): adding const is implicit, as for pointers
  ref(ref<U, Counting>&& other) noexcept : object_(other.release()) {}

  ref& operator=(const ref& other) noexcept {
    ref(other).swap(*this);
    return *this;
  }
  ref& operator=(ref&& other) noexcept {
    ref(std::move(other)).swap(*this);
    return *this;
  }

  /// Effects: drops the reference. With the last one the object ends: now, or later when
  ///   its heap bounds its steps, and when it is another thread's.
  ~ref() {
    if (object_ != nullptr) drop(header_of(object_));
  }

  /// Effects: refers to nothing any more. The reference is empty before the object ends.
  void reset() noexcept { ref().swap(*this); }

  /// Effects: refers to nothing any more.
  /// Returns: the object, with the reference, which the caller counts from now on.
  [[nodiscard]] T* release() noexcept { return std::exchange(object_, nullptr); }

  void swap(ref& other) noexcept { std::swap(object_, other.object_); }
  friend void swap(ref& a, ref& b) noexcept { a.swap(b); }

  /// Returns: the object; nullptr when empty.
  [[nodiscard]] T* get() const noexcept { return object_; }
  explicit operator bool() const noexcept { return object_ != nullptr; }

  /// Requires: not empty.
  [[nodiscard]] T& operator*() const noexcept { return *object_; }
  [[nodiscard]] T* operator->() const noexcept { return object_; }

  /// Returns: how many references there are; 0 when empty. With other threads about, a
  ///   number of the past; of an immortal object, a large one.
  [[nodiscard]] std::size_t use_count() const noexcept {
    return object_ == nullptr ? 0 : Counting::count(header_of(object_));
  }

  /// References compare as the addresses of their objects.
  template <class U>
  [[nodiscard]] bool operator==(const ref<U, Counting>& other) const noexcept {
    return object_ == other.get();
  }
  template <class U>
  [[nodiscard]] std::strong_ordering operator<=>(const ref<U, Counting>& other) const noexcept {
    return std::compare_three_way{}(static_cast<const T*>(object_),
                                    static_cast<const T*>(other.get()));
  }
  [[nodiscard]] bool operator==(std::nullptr_t) const noexcept { return object_ == nullptr; }

 private:
  [[gnu::always_inline]] static void drop(object_header& header) noexcept {
    if (Counting::subtract(header)) detail::object_ended<T, Counting>(header);
  }

  T* object_ = nullptr;
};

/// Effects: hands a reference to the visitor: for a type's `trace`.
template <class T, class Counting>
void visit(object_visitor& visitor, const ref<T, Counting>& reference) {
  if (reference == nullptr) return;
  visitor.visit(&visitor, const_cast<std::remove_const_t<T>*>(reference.get()));
}

/// Effects: one more reference to an object of whatever type: for code that keeps
///   addresses, not strata::ref.
template <counting_policy Counting = plain_counting>
void add_reference(const void* object) noexcept {
  Counting::add(header_of(object));
}

/// Effects: one reference less, as ref's destructor.
template <counting_policy Counting = plain_counting>
void drop_reference(const void* object) noexcept {
  if (Counting::subtract(header_of(object))) detail::object_core::end(header_of(object));
}

}  // namespace strata

template <class T, class Counting>
struct std::hash<strata::ref<T, Counting>> {
  [[nodiscard]] std::size_t operator()(const strata::ref<T, Counting>& reference) const noexcept {
    return std::hash<const volatile void*>{}(reference.get());
  }
};
