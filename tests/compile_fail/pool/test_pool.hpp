// Pools that say what they can, for files that are compiled and never run.
#pragma once

#include <cstddef>

// Not synchronised.
template <class T>
struct test_pool {
  using value_type = T;

  template <class... Args>
  T* try_emplace(Args&&... args);
  template <class... Args>
  T& emplace(Args&&... args);
  void release(T* object) noexcept;
  bool owns(const void* address) const noexcept;
  std::size_t size() const noexcept;
  std::size_t capacity() const noexcept;
};

template <class T>
struct synchronized_test_pool : test_pool<T> {
  static constexpr bool synchronized = true;
};

struct base_object {
  int value = 0;
};
struct derived_object : base_object {};
