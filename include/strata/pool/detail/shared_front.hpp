// What pools for any number of threads have in common: objects in the slots of
// `Slots`, which is any class with
//
//   take()            a slot; nullptr when refused
//   give(slot)        takes it back
//   check_live(slot)  ends the program when no slot that is in use begins there
//   clear(end)        calls end(slot) for each slot in use, and makes all free
//   refuse()          throws the reason why take refused
//   owns, in_use, capacity, memory
#pragma once

#include <cstddef>
#include <new>
#include <optional>
#include <type_traits>
#include <utility>

#include <strata/account/account.hpp>
#include <strata/pool/detail/handle_mark.hpp>

namespace strata::detail {

template <class T, class Slots>
class shared_front {
 public:
  using value_type = T;
  static constexpr bool synchronized = true;  ///< any thread may use it

  shared_front(const shared_front&) = delete;
  shared_front& operator=(const shared_front&) = delete;

  /// Returns: a new object; nullptr when there is no slot for it.
  /// Throws: what the constructor throws; the pool is then as it was.
  template <class... Args>
  requires std::is_constructible_v<T, Args...>
  [[nodiscard]] T* try_emplace(Args&&... args) noexcept(
      std::is_nothrow_constructible_v<T, Args...>) {
    void* const slot = slots_.take();
    if (slot == nullptr) [[unlikely]] {
      return nullptr;
    }
    if constexpr (std::is_nothrow_constructible_v<T, Args...>) {
      return ::new (slot) T(std::forward<Args>(args)...);
    } else {
      try {
        return ::new (slot) T(std::forward<Args>(args)...);
      } catch (...) {
        slots_.give(slot);
        throw;
      }
    }
  }

  /// Returns: a new object.
  /// Throws: the pool's reason where try_emplace gives nullptr; what the constructor
  ///   throws.
  template <class... Args>
  requires std::is_constructible_v<T, Args...> T& emplace(Args&&... args) {
    T* const made = try_emplace(std::forward<Args>(args)...);
    if (made == nullptr) [[unlikely]] {
      slots_.refuse();
    }
    return *made;
  }

  /// Effects: destroys the object and takes its slot back; nullptr is ignored. From
  ///   any thread. What is no object of this pool, or was released before and its
  ///   slot not used again since, ends the program with a diagnosis. Two releases
  ///   at the very same moment may go unnoticed.
  void release(T* object) noexcept {
    if (object == nullptr) return;
    slots_.check_live(object);
    object->~T();
    slots_.give(object);
  }

  /// Effects: notes that objects of this pool have handles, which owned_handle does.
  ///   The pool must not end any more while something lives in it: the program then
  ///   ends with a diagnosis.
  void expect_handles() noexcept { handles_.set(); }

  /// Effects: destroys every live object; the memory stays for new ones.
  /// Requires: no other thread is in a call to this pool or uses its objects, and
  ///   what they did before is visible here; destructors do not use the pool.
  /// Complexity: linear in capacity.
  void clear() noexcept {
    slots_.clear([](void* slot) { static_cast<T*>(slot)->~T(); });
  }

  /// Returns: whether the address lies in a slot of the pool, live or not.
  [[nodiscard]] bool owns(const void* address) const noexcept { return slots_.owns(address); }

  /// Returns: how many objects live. While other threads go on, about that many.
  /// Complexity: linear in threads.
  [[nodiscard]] std::size_t size() const noexcept { return slots_.in_use(); }

  /// Returns: how many objects can live before the pool must grow, or refuse.
  [[nodiscard]] std::size_t capacity() const noexcept { return slots_.capacity(); }

  /// Returns: the account that is charged for the slots; nothing when none is.
  [[nodiscard]] std::optional<strata::account> account() const { return slots_.memory().account(); }

 protected:
  // The tag keeps it apart from copying.
  template <class... Args>
  explicit shared_front(std::in_place_t, Args&&... args) : slots_(std::forward<Args>(args)...) {}

  /// Effects: clear(), and gives all memory back.
  /// Requires: as clear().
  ~shared_front() {
    handles_.check(this, size());
    clear();
  }

  [[nodiscard]] Slots& slots() noexcept { return slots_; }
  [[nodiscard]] const Slots& slots() const noexcept { return slots_; }

 private:
  Slots slots_;
  handle_mark handles_;
};

}  // namespace strata::detail
