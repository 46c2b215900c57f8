// The one owner of an object in a pool: destroys it, and gives its slot back, at
// the end of its scope.
//
//   strata::fixed_pool<order> orders({.capacity = 1000});
//   auto one = strata::make_owned(orders, "beer", 3);  // throws when the pool is full
//   one->ship();
//   queue.push_back(std::move(one));                   // moves, never copies
//
// What it does costs no more than a pointer that is released by hand. How wide it
// is stands in pool_deleter.hpp.
//
// A const handle leads to an object that may be changed, as with any pointer;
// owned_handle<const T, Pool> does not, and a handle of T converts to it. There is
// no conversion to a handle of a base class: what is given back is a slot, whose
// address and size a base does not know. `base& b = *handle;` serves where only
// the use of the object is wanted.
//
// A pool must outlive its handles. A pool of strata that ends before them ends the
// program with a diagnosis, in every build: once it made an object for a handle, it
// must not end while anything lives in it.
#pragma once

#include <compare>
#include <concepts>
#include <cstddef>
#include <functional>
#include <memory>
#include <type_traits>
#include <utility>

#include <strata/base/detail/const_conversion.hpp>
#include <strata/base/detail/diagnosis.hpp>
#include <strata/pool/pool_concepts.hpp>
#include <strata/pool/pool_deleter.hpp>

namespace strata {

namespace detail {

// Says that the pool made the object at this moment.
struct just_made {};

}  // namespace detail

/// Owns an object of a pool, or nothing. T is the type of the pool's objects, or
/// that type with const.
///
/// One handle may be used by several threads as any object may. Where it ends, the
/// pool takes the object back: a pool of one thread must not meet handles on
/// another one.
template <class T, class Pool>
class owned_handle {
 public:
  using element_type = T;
  using pool_type = Pool;
  using deleter_type = pool_deleter<Pool>;
  using unique_ptr = std::unique_ptr<T, deleter_type>;

  /// Effects: owns nothing.
  owned_handle() noexcept = default;
  owned_handle(std::nullptr_t) noexcept {}  // NOLINT(google-explicit-constructor): as pointers do

  /// Effects: takes over an object that nobody else owns; nullptr: nothing.
  /// Requires: a live object of the pool. The program ends with a diagnosis when
  ///   the address lies outside of the pool.
  owned_handle(Pool& pool, T* object) noexcept : deleter_(pool), object_(object) {
    static_assert(std::same_as<std::remove_const_t<T>, typename Pool::value_type>,
                  "a handle is of the type of its pool's objects, or of that type with const");
    if (object != nullptr && !pool.owns(object)) [[unlikely]] {
      detail::report_foreign_object(object);
    }
    expect_handles(pool, object);
  }

  /// Effects: the same for make_owned, which needs no check.
  owned_handle(detail::just_made, Pool& pool, T* object) noexcept
      : deleter_(pool), object_(object) {
    expect_handles(pool, object);
  }

  /// Effects: takes over what the pointer owns.
  explicit owned_handle(unique_ptr&& other) noexcept
      : deleter_(other.get_deleter()), object_(other.release()) {}

  owned_handle(owned_handle&& other) noexcept
      : deleter_(other.deleter_), object_(std::exchange(other.object_, nullptr)) {}

  /// Effects: as the move; from a handle of T to one of const T.
  template <detail::without_const_of<T> U>
  // NOLINTNEXTLINE(google-explicit-constructor): adding const is implicit, as for pointers
  owned_handle(owned_handle<U, Pool>&& other) noexcept
      : deleter_(other.deleter_), object_(std::exchange(other.object_, nullptr)) {}

  owned_handle& operator=(owned_handle&& other) noexcept {
    owned_handle(std::move(other)).swap(*this);
    return *this;
  }

  owned_handle(const owned_handle&) = delete;
  owned_handle& operator=(const owned_handle&) = delete;

  /// Effects: destroys the object in its pool.
  /// Requires: the pool still exists.
  ~owned_handle() {
    if (object_ != nullptr) deleter_(object_);
  }

  /// Effects: destroys the object, and owns nothing any more. The handle is empty
  ///   before the destructor of the object runs.
  void reset() noexcept { owned_handle().swap(*this); }

  /// Effects: owns nothing any more.
  /// Returns: the object, which the caller gives back to the pool.
  [[nodiscard]] T* release() noexcept { return std::exchange(object_, nullptr); }

  /// Effects: as release, to a pointer that gives the object back itself.
  // NOLINTNEXTLINE(google-explicit-constructor): only an rvalue converts, and nothing is lost
  operator unique_ptr() && noexcept { return unique_ptr(release(), deleter_); }

  void swap(owned_handle& other) noexcept {
    std::swap(deleter_, other.deleter_);
    std::swap(object_, other.object_);
  }
  friend void swap(owned_handle& a, owned_handle& b) noexcept { a.swap(b); }

  /// Returns: the object; nullptr when empty.
  [[nodiscard]] T* get() const noexcept { return object_; }
  explicit operator bool() const noexcept { return object_ != nullptr; }

  /// Requires: not empty.
  [[nodiscard]] T& operator*() const noexcept { return *object_; }
  [[nodiscard]] T* operator->() const noexcept { return object_; }

  /// Handles compare as the addresses of their objects.
  template <class U>
  [[nodiscard]] bool operator==(const owned_handle<U, Pool>& other) const noexcept {
    return object_ == other.get();
  }
  template <class U>
  [[nodiscard]] std::strong_ordering operator<=>(
      const owned_handle<U, Pool>& other) const noexcept {
    return std::compare_three_way{}(static_cast<const T*>(object_),
                                    static_cast<const T*>(other.get()));
  }
  [[nodiscard]] bool operator==(std::nullptr_t) const noexcept { return object_ == nullptr; }

 private:
  template <class U, class P>
  friend class owned_handle;

  // The pool will see to it that it does not end before them. An empty one it may.
  static void expect_handles([[maybe_unused]] Pool& pool, [[maybe_unused]] T* object) noexcept {
    if constexpr (requires { pool.expect_handles(); }) {
      if (object != nullptr) pool.expect_handles();
    }
  }

  [[no_unique_address]] deleter_type deleter_;
  T* object_ = nullptr;
};

/// Returns: the owner of a new object of the pool, made from `args`.
/// Throws: what emplace of the pool throws: pool_exhausted or out_of_memory when
///   it has no slot, and what the constructor throws.
template <class... Args, pool_for<Args...> Pool>
[[nodiscard]] auto make_owned(Pool& pool, Args&&... args) {
  return owned_handle<typename Pool::value_type, Pool>(
      detail::just_made{}, pool, std::addressof(pool.emplace(std::forward<Args>(args)...)));
}

/// Returns: as make_owned; an empty handle where the pool has no slot.
/// Throws: what the constructor throws.
template <class... Args, pool_for<Args...> Pool>
[[nodiscard]] auto try_make_owned(Pool& pool, Args&&... args) {
  return owned_handle<typename Pool::value_type, Pool>(
      detail::just_made{}, pool, pool.try_emplace(std::forward<Args>(args)...));
}

}  // namespace strata

template <class T, class Pool>
struct std::hash<strata::owned_handle<T, Pool>> {
  [[nodiscard]] std::size_t operator()(const strata::owned_handle<T, Pool>& handle) const noexcept {
    return std::hash<const volatile void*>{}(handle.get());
  }
};
