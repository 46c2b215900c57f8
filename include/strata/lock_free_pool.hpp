// A pool of fixed capacity whose threads never wait for one another.
//
//   strata::lock_free_pool<message> messages({.name = "messages", .capacity = 4096});
//   message* next = messages.try_emplace(...);   // nullptr: all are in use
//   messages.release(next);                      // from any thread
//
// For threads that must not be stopped by one that the system put to sleep at the
// wrong moment: audio, control loops, interrupt-like work. Where waiting is no
// harm, thread_safe_pool is faster and grows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>
#include <optional>
#include <type_traits>
#include <utility>

#include <strata/account.hpp>
#include <strata/detail/diagnosis.hpp>
#include <strata/detail/handle_mark.hpp>
#include <strata/detail/lock_free_slots.hpp>
#include <strata/detail/poison.hpp>
#include <strata/detail/pool_mark.hpp>
#include <strata/pool_concepts.hpp>
#include <strata/pool_error.hpp>
#include <strata/shared_pool_options.hpp>
#include <strata/slot_strategy.hpp>

namespace strata {

/// Any thread may call any member function at any time, unless it says otherwise.
/// try_emplace, emplace and release are lock-free: in every few steps of all
/// threads together, one of them completes its call, wherever others are stopped.
/// What T does is T's affair. A thread's very first use of any such pool registers
/// the thread's end, for which the C++ runtime may allocate.
///
/// Memory: an object of at least 8 bytes, rounded up to the type's alignment, and 4
/// bytes a slot; 512 bytes for each of twice as many threads as processors. All of
/// it is taken at construction, and no more afterwards.
template <class T>
class lock_free_pool {
 public:
  using value_type = T;
  static constexpr bool synchronized = true;  ///< any thread may use it

  /// Effects: makes slots for `options.capacity` objects; `options.maximum` is
  ///   not used.
  /// Throws: invalid_pool_config for a capacity of 0 or above 2^32 - 3;
  ///   out_of_memory when refused.
  explicit lock_free_pool(const shared_pool_options& options)
      : slots_(stride, alignof(T), options) {
    for (std::size_t slot = 0; slot < capacity(); ++slot) hide(area().address(slot));
  }

  /// Effects: clear(), and gives all memory back.
  /// Requires: as clear().
  ~lock_free_pool() {
    handles_.check(this, size());
    clear();
  }

  lock_free_pool(const lock_free_pool&) = delete;
  lock_free_pool& operator=(const lock_free_pool&) = delete;

  /// Returns: a new object; nullptr when no slot is free. While other threads
  ///   release, one that they release during the call may be missed; a slot that
  ///   was free throughout is found, unless others move it meanwhile.
  /// Throws: what the constructor throws; the pool is then as it was.
  /// Complexity: constant, one locked instruction, where this thread released of
  ///   late; else two or three; linear in pockets when nothing else is left.
  template <class... Args>
  requires std::is_constructible_v<T, Args...>
  [[nodiscard]] T* try_emplace(Args&&... args) noexcept(
      std::is_nothrow_constructible_v<T, Args...>) {
    const detail::slot_index index = slots_.take();
    if (index == detail::no_slot) [[unlikely]] {
      return nullptr;
    }
    void* const slot = area().address(index);
    show(slot);
    if constexpr (std::is_nothrow_constructible_v<T, Args...>) {
      return ::new (slot) T(std::forward<Args>(args)...);
    } else {
      try {
        return ::new (slot) T(std::forward<Args>(args)...);
      } catch (...) {
        hide(slot);
        slots_.give(index);
        throw;
      }
    }
  }

  /// Returns: a new object.
  /// Throws: pool_exhausted where try_emplace gives nullptr; what the constructor
  ///   throws.
  template <class... Args>
  requires std::is_constructible_v<T, Args...> T& emplace(Args&&... args) {
    T* const made = try_emplace(std::forward<Args>(args)...);
    if (made == nullptr) [[unlikely]] {
      throw pool_exhausted(slots_.memory().name(), capacity(), size(), 1, sizeof(T));
    }
    return *made;
  }

  /// Effects: destroys the object and takes its slot back; nullptr is ignored. From
  ///   any thread. What is no object of this pool, or was released before and its
  ///   slot not used again since, ends the program with a diagnosis. Two releases
  ///   at the very same moment may go unnoticed.
  /// Complexity: constant, without a locked instruction, while this thread's pocket
  ///   has room; else one or, where threads collide, more.
  void release(T* object) noexcept {
    if (object == nullptr) return;
    const std::size_t index = area().index(object);
    if (index >= capacity()) [[unlikely]] {
      detail::report_foreign_release(slots_.memory().name(), object);
    }
    if (detail::mark_at(static_cast<const void*>(object)) == slots_.mark()) [[unlikely]] {
      detail::report_double_release(slots_.memory().name(), object);
    }
    object->~T();
    hide(object);
    slots_.give(static_cast<detail::slot_index>(index));
  }

  /// Effects: notes that objects of this pool have handles, which owned_handle does.
  ///   The pool must not end any more while something lives in it: the program then
  ///   ends with a diagnosis.
  void expect_handles() noexcept { handles_.set(); }

  /// Effects: destroys every live object.
  /// Requires: no other thread is in a call to this pool or uses its objects, and
  ///   what they did before is visible here; destructors do not use the pool.
  /// Complexity: linear in capacity.
  void clear() noexcept {
    slots_.clear([this](detail::slot_index index) {
      void* const slot = area().address(index);
      static_cast<T*>(slot)->~T();
      hide(slot);
    });
  }

  /// Returns: whether the address lies in a slot of the pool, live or not.
  [[nodiscard]] bool owns(const void* address) const noexcept {
    const auto begin = reinterpret_cast<std::uintptr_t>(slots_.slots());
    return reinterpret_cast<std::uintptr_t>(address) - begin < capacity() * stride;
  }

  /// Returns: how many objects live. While other threads go on, about that many.
  /// Complexity: linear in pockets.
  [[nodiscard]] std::size_t size() const noexcept { return slots_.taken(); }
  [[nodiscard]] std::size_t capacity() const noexcept { return slots_.capacity(); }

  /// Returns: the account that is charged for the slots; nothing when none is.
  [[nodiscard]] std::optional<strata::account> account() const { return slots_.memory().account(); }

 private:
  static constexpr std::size_t alignment =
      alignof(T) < alignof(std::uintptr_t) ? alignof(std::uintptr_t) : alignof(T);
  static constexpr std::size_t stride = (sizeof(T) + alignment - 1) / alignment * alignment;

  [[nodiscard]] slot_area<stride> area() const noexcept {
    return {slots_.slots(), slots_.capacity()};
  }

  void show(void* slot) noexcept {
    detail::mark_at(slot) = 0;
    detail::unpoison(static_cast<std::uintptr_t*>(slot) + 1, stride - sizeof(std::uintptr_t));
  }
  void hide(void* slot) noexcept {
    detail::mark_at(slot) = slots_.mark();
    detail::poison(static_cast<std::uintptr_t*>(slot) + 1, stride - sizeof(std::uintptr_t));
  }

  detail::lock_free_slots slots_;
  detail::handle_mark handles_;
};

static_assert(object_pool<lock_free_pool<int>>);

}  // namespace strata
