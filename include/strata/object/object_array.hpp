// An object of so many elements, which it keeps for life: strings, tuples, environments.
//
//   auto names = heap.make_array<strata::ref<symbol>>(3);
//   names->at(0) = interned;
//   for (const auto& name : *names) print(name);
//
//   | header | size | element | element | ...
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <span>
#include <type_traits>

#include <strata/object/object_type_of.hpp>
#include <strata/object/ref.hpp>

namespace strata {

/// Made by object_heap::make_array.
template <class T>
class alignas(std::max(alignof(T), alignof(std::size_t))) object_array {
 public:
  using value_type = T;

  /// Effects: begins an array in memory that has room for the elements.
  /// Throws: what the constructor of T throws.
  explicit object_array(std::size_t size) : size_(size) {
    std::uninitialized_value_construct_n(begin(), size);
  }
  ~object_array() requires(!std::is_trivially_destructible_v<T>) { std::destroy_n(begin(), size_); }
  ~object_array() requires(std::is_trivially_destructible_v<T>) = default;
  object_array(const object_array&) = delete;
  object_array& operator=(const object_array&) = delete;

  [[nodiscard]] std::size_t size() const noexcept { return size_; }
  [[nodiscard]] T* begin() noexcept { return reinterpret_cast<T*>(this + 1); }
  [[nodiscard]] const T* begin() const noexcept { return reinterpret_cast<const T*>(this + 1); }
  [[nodiscard]] T* end() noexcept { return begin() + size_; }
  [[nodiscard]] const T* end() const noexcept { return begin() + size_; }
  [[nodiscard]] std::span<T> elements() noexcept { return {begin(), size_}; }
  [[nodiscard]] std::span<const T> elements() const noexcept { return {begin(), size_}; }

  /// Requires: index < size().
  [[nodiscard]] T& operator[](std::size_t index) noexcept { return begin()[index]; }
  [[nodiscard]] const T& operator[](std::size_t index) const noexcept { return begin()[index]; }

  [[nodiscard]] std::size_t object_size() const noexcept {
    return sizeof(object_array) + size_ * sizeof(T);
  }

  /// Effects: hands what the elements refer to to the visitor: elements that are
  ///   references, and those that can trace.
  void trace(object_visitor& visitor) const requires requires(const T& element) {
    visit(visitor, element);
  }
  {
    for (const T& element : *this) visit(visitor, element);
  }
  void trace(object_visitor& visitor) const requires detail::traced_object<T> {
    for (const T& element : *this) element.trace(visitor);
  }

 private:
  std::size_t size_;
};

}  // namespace strata
