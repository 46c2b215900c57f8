// Context storage: variables of which each fiber has its own value, and which end with
// the fiber.
//
//   inline constinit strata::fiber_local<request_id> request;      // anywhere
//
//   strata::fiber_storage storage;                                 // a fiber's own
//   {
//     const strata::fiber_storage_scope running(storage);          // around its resume
//     request.emplace(17);  ...  log(request.get().number);
//   }
//
// A thread-local variable belongs to whatever fiber runs on the thread, and a fiber that
// changes threads loses it. Here the scheduler says whose values are current: one scope
// around each switch into a fiber.
//
//   fiber_storage | newest | -> value -> value -> nothing
//                 | room for the first few values |
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <memory_resource>
#include <new>
#include <utility>

#include <strata/base/detail/diagnosis.hpp>

namespace strata {

class fiber_storage;

namespace detail {

/// Returns: whose values are current on this thread; nullptr: nobody's. Asked for by a
/// call each time: code of a fiber may go on on another thread.
[[nodiscard]] fiber_storage* current_fiber_storage() noexcept;
fiber_storage* exchange_current_fiber_storage(fiber_storage* storage) noexcept;

}  // namespace detail

/// A variable with a value for each fiber. It is found by its address: make it static.
template <class T>
class fiber_local {
 public:
  constexpr fiber_local() noexcept = default;
  fiber_local(const fiber_local&) = delete;
  fiber_local& operator=(const fiber_local&) = delete;

  /// Returns: the value of the current fiber; nullptr when it has none, or when no
  ///   fiber's storage is current.
  /// Complexity: linear in the values that the fiber has.
  [[nodiscard]] T* find() const noexcept;

  /// Returns: the value of the current fiber, made by T() when it has none.
  /// Requires: a fiber's storage is current; the program ends with a diagnosis when none
  ///   is. So for emplace.
  /// Throws: what T's constructor throws, or bad_alloc.
  [[nodiscard]] T& get() const {
    T* const found = find();
    return found != nullptr ? *found : emplace();
  }

  /// Effects: ends the value that the current fiber has, if any, and makes another.
  /// Requires: as get.
  /// Returns: the new one.
  /// Throws: what T's constructor throws, or bad_alloc; then the fiber has none.
  template <class... Arguments>
  T& emplace(Arguments&&... arguments) const;

  /// Effects: ends the value of the current fiber, if it has one.
  void erase() const noexcept;
};

/// The values of one fiber. For one thread at a time.
class fiber_storage {
 public:
  /// Effects: values that find no room inside come from `upstream`, for one the fiber's
  ///   arena; nullptr: from the heap.
  explicit fiber_storage(std::pmr::memory_resource* upstream = nullptr) noexcept
      : upstream_(upstream) {}
  fiber_storage(const fiber_storage&) = delete;
  fiber_storage& operator=(const fiber_storage&) = delete;
  ~fiber_storage() { clear(); }

  /// Effects: ends all values, the newest first. Their destructors may use the values
  ///   that are left, where this storage is current.
  void clear() noexcept {
    while (newest_ != nullptr) end(*std::exchange(newest_, newest_->next));
    used_ = 0;
  }

  // What the functions of fiber_local do, to this storage instead of the current one.

  template <class T>
  [[nodiscard]] T* find(const fiber_local<T>& variable) const noexcept {
    for (value* each = newest_; each != nullptr; each = each->next) {
      if (each->variable == &variable) return &static_cast<value_of<T>*>(each)->object;
    }
    return nullptr;
  }

  template <class T, class... Arguments>
  T& emplace(const fiber_local<T>& variable, Arguments&&... arguments) {
    erase(variable);
    void* const room = allocate(sizeof(value_of<T>), alignof(value_of<T>));
    value_of<T>* made = nullptr;
    try {
      made = ::new (room) value_of<T>(&variable, std::forward<Arguments>(arguments)...);
    } catch (...) {
      deallocate(room, sizeof(value_of<T>), alignof(value_of<T>));
      throw;
    }
    made->next = std::exchange(newest_, made);
    return made->object;
  }

  template <class T>
  void erase(const fiber_local<T>& variable) noexcept {
    for (value** link = &newest_; *link != nullptr; link = &(*link)->next) {
      if ((*link)->variable != &variable) continue;
      value& found = **link;
      *link = found.next;
      end(found);
      return;
    }
  }

 private:
  static constexpr std::size_t bytes_inside = 128;

  struct value {
    const void* variable;
    void (*end)(fiber_storage& from, value& ended) noexcept;
    value* next = nullptr;
  };

  template <class T>
  struct value_of : value {
    template <class... Arguments>
    explicit value_of(const void* of, Arguments&&... arguments)
        : value{.variable = of, .end = end_value<T>},
          object(std::forward<Arguments>(arguments)...) {}

    T object;
  };

  template <class T>
  static void end_value(fiber_storage& from, value& ended) noexcept {
    auto* const whole = static_cast<value_of<T>*>(&ended);
    std::destroy_at(whole);
    from.deallocate(whole, sizeof(value_of<T>), alignof(value_of<T>));
  }

  void end(value& ended) noexcept { ended.end(*this, ended); }

  [[nodiscard]] std::pmr::memory_resource& upstream() const noexcept {
    return upstream_ != nullptr ? *upstream_ : *std::pmr::new_delete_resource();
  }

  // Room inside is not used twice before clear: fibers that end often have few values.
  [[nodiscard]] void* allocate(std::size_t bytes, std::size_t alignment) {
    void* next = inside_ + used_;
    std::size_t left = bytes_inside - used_;
    if (std::align(alignment, bytes, next, left) == nullptr) {
      return upstream().allocate(bytes, alignment);
    }
    used_ = bytes_inside - left + bytes;
    return next;
  }

  void deallocate(void* room, std::size_t bytes, std::size_t alignment) noexcept {
    const std::less<> before;
    const bool is_inside = !before(room, inside_) && before(room, inside_ + bytes_inside);
    if (!is_inside) upstream().deallocate(room, bytes, alignment);
  }

  std::pmr::memory_resource* upstream_;
  value* newest_ = nullptr;
  std::size_t used_ = 0;
  alignas(std::max_align_t) std::byte inside_[bytes_inside];
};

/// Makes a fiber's values current on this thread, from construction to destruction:
/// around the switch into the fiber, in the same function as the switch. Scopes nest.
class [[nodiscard]] fiber_storage_scope {
 public:
  explicit fiber_storage_scope(fiber_storage& storage) noexcept
      : before_(detail::exchange_current_fiber_storage(&storage)) {}
  ~fiber_storage_scope() { detail::exchange_current_fiber_storage(before_); }
  fiber_storage_scope(const fiber_storage_scope&) = delete;
  fiber_storage_scope& operator=(const fiber_storage_scope&) = delete;

 private:
  fiber_storage* before_;
};

template <class T>
T* fiber_local<T>::find() const noexcept {
  const fiber_storage* const storage = detail::current_fiber_storage();
  return storage == nullptr ? nullptr : storage->find(*this);
}

template <class T>
template <class... Arguments>
// NOLINTNEXTLINE(modernize-use-nodiscard): the value is made whoever looks at it
T& fiber_local<T>::emplace(Arguments&&... arguments) const {
  fiber_storage* const storage = detail::current_fiber_storage();
  if (storage == nullptr) [[unlikely]]
    detail::report_no_fiber_storage(this);
  return storage->emplace(*this, std::forward<Arguments>(arguments)...);
}

template <class T>
void fiber_local<T>::erase() const noexcept {
  if (fiber_storage* const storage = detail::current_fiber_storage()) storage->erase(*this);
}

}  // namespace strata
