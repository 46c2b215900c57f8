// The simplest pools that model what handles and keys ask of a pool, so that
// their tests depend on no other part.
//
//   simple_pool<T>        room for some objects; knows which of them live
//   locked_pool<T>        the same for any thread, behind a mutex
//   self_locating<T>      one whose objects lead to it
#pragma once

#include <strata/base/error.hpp>
#include <strata/pool/pool_concepts.hpp>

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <new>
#include <set>
#include <utility>
#include <vector>

namespace strata::test {

template <class T>
class simple_pool {
 public:
  using value_type = T;

  explicit simple_pool(std::size_t capacity) : slots_(new slot[capacity]), capacity_(capacity) {
    for (std::size_t i = capacity; i != 0; --i) free_.push_back(&slots_[i - 1]);
  }

  template <class... Args>
  T* try_emplace(Args&&... args) {
    if (free_.empty()) return nullptr;
    slot* const taken = free_.back();
    free_.pop_back();
    try {
      T* const object = ::new (taken->bytes) T(std::forward<Args>(args)...);
      live_.insert(object);
      return object;
    } catch (...) {
      free_.push_back(taken);
      throw;
    }
  }

  template <class... Args>
  T& emplace(Args&&... args) {
    T* const object = try_emplace(std::forward<Args>(args)...);
    if (object == nullptr) throw out_of_memory("simple pool", sizeof(T));
    return *object;
  }

  void release(T* object) noexcept {
    if (live_.erase(object) == 0) std::abort();
    object->~T();
    free_.push_back(reinterpret_cast<slot*>(object));
  }

  [[nodiscard]] bool owns(const void* address) const noexcept {
    const auto at = reinterpret_cast<std::uintptr_t>(address);
    const auto begin = reinterpret_cast<std::uintptr_t>(slots_.get());
    return at >= begin && at < begin + capacity_ * sizeof(slot);
  }
  [[nodiscard]] std::size_t size() const noexcept { return live_.size(); }
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }

 private:
  struct slot {
    alignas(T) std::byte bytes[sizeof(T)];
  };

  std::unique_ptr<slot[]> slots_;
  std::size_t capacity_;
  std::vector<slot*> free_;
  std::set<T*> live_;
};

template <class T>
class locked_pool {
 public:
  using value_type = T;
  static constexpr bool synchronized = true;

  explicit locked_pool(std::size_t capacity) : pool_(capacity) {}

  template <class... Args>
  T* try_emplace(Args&&... args) {
    const std::lock_guard lock(mutex_);
    return pool_.try_emplace(std::forward<Args>(args)...);
  }
  template <class... Args>
  T& emplace(Args&&... args) {
    const std::lock_guard lock(mutex_);
    return pool_.emplace(std::forward<Args>(args)...);
  }
  void release(T* object) noexcept {
    const std::lock_guard lock(mutex_);
    pool_.release(object);
  }
  [[nodiscard]] bool owns(const void* address) const noexcept { return pool_.owns(address); }
  [[nodiscard]] std::size_t size() const noexcept {
    const std::lock_guard lock(mutex_);
    return pool_.size();
  }
  [[nodiscard]] std::size_t capacity() const noexcept { return pool_.capacity(); }

 private:
  mutable std::mutex mutex_;
  simple_pool<T> pool_;
};

// Each object is behind the address of its pool.
template <class T>
class self_locating {
  struct with_home {
    template <class... Args>
    explicit with_home(self_locating* pool, Args&&... args)
        : home(pool), object(std::forward<Args>(args)...) {}

    self_locating* home;
    T object;
  };
  static with_home* around(const T* object) noexcept {
    auto* const bytes = reinterpret_cast<std::byte*>(const_cast<T*>(object));
    constexpr std::size_t offset = (sizeof(void*) + alignof(T) - 1) / alignof(T) * alignof(T);
    return reinterpret_cast<with_home*>(bytes - offset);
  }

 public:
  using value_type = T;

  explicit self_locating(std::size_t capacity) : pool_(capacity) {}

  template <class... Args>
  T* try_emplace(Args&&... args) {
    with_home* const made = pool_.try_emplace(this, std::forward<Args>(args)...);
    return made == nullptr ? nullptr : &made->object;
  }
  template <class... Args>
  T& emplace(Args&&... args) {
    return pool_.emplace(this, std::forward<Args>(args)...).object;
  }
  void release(T* object) noexcept { pool_.release(around(object)); }

  [[nodiscard]] static self_locating& of(const T* object) noexcept { return *around(object)->home; }
  [[nodiscard]] bool owns(const void* address) const noexcept { return pool_.owns(address); }
  [[nodiscard]] std::size_t size() const noexcept { return pool_.size(); }
  [[nodiscard]] std::size_t capacity() const noexcept { return pool_.capacity(); }

 private:
  simple_pool<with_home> pool_;
};

static_assert(object_pool<simple_pool<int>> && !self_locating_pool<simple_pool<int>>);
static_assert(self_locating_pool<self_locating<int>>);

}  // namespace strata::test
