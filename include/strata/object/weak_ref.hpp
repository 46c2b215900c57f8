// Observes a counted object without keeping it alive.
//
//   strata::weak_ref<texture> seen = loaded;
//   if (strata::ref<texture> again = seen.lock()) draw(*again);
//
// The first weak reference to an object makes a record of 32 bytes, which its weak
// references share; an object that nobody observes pays nothing. From the moment on in
// which the last reference to the object goes, there is nothing to lock, also when its
// `finalise` brings it back.
#pragma once

#include <utility>

#include <strata/base/detail/const_conversion.hpp>
#include <strata/base/error.hpp>
#include <strata/object/detail/object_core.hpp>
#include <strata/object/ref.hpp>

namespace strata {

/// Observes an object, or nothing. Must end before its heap.
template <class T, counting_policy Counting = plain_counting>
class weak_ref {
 public:
  using element_type = T;
  using counting_type = Counting;

  /// Effects: observes nothing.
  weak_ref() noexcept = default;

  /// Effects: observes what the reference refers to.
  /// Requires: the first weak reference to an object is made on the thread of its heap; the
  ///   program ends with a diagnosis when it is not.
  /// Throws: out_of_memory when there is no memory for the record.
  template <detail::at_most_as_const_as<T> U>
  // NOLINTNEXTLINE(google-explicit-constructor): to observe gives nothing away, as in std::weak_ptr
  weak_ref(const ref<U, Counting>& reference) {
    if (reference == nullptr) return;
    object_header& header = header_of(reference.get());
    record_ = record::adopt(detail::object_core::observe(header));
    if (record_ == nullptr) detail::object_core::home_of(header).refuse(sizeof(*record_));
  }

  /// Returns: a reference to the object; an empty one when it is dead.
  /// Complexity: constant; with threaded counting a lock of the object's heap.
  [[nodiscard]] ref<T, Counting> lock() const noexcept {
    if (record_ == nullptr) return nullptr;
    return ref<T, Counting>::adopt(
        static_cast<T*>(detail::object_core::try_add_observed(*record_)));
  }

  /// Returns: whether there is nothing to lock. False may be of the past already.
  [[nodiscard]] bool expired() const noexcept { return lock() == nullptr; }

  void reset() noexcept { record_.reset(); }
  void swap(weak_ref& other) noexcept { record_.swap(other.record_); }
  friend void swap(weak_ref& a, weak_ref& b) noexcept { a.swap(b); }

  /// Weak references compare by the object that they observe, dead ones too.
  [[nodiscard]] bool operator==(const weak_ref& other) const noexcept = default;

 private:
  using record = ref<detail::weak_record, Counting>;
  record record_;
};

}  // namespace strata
