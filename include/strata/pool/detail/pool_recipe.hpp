// How a pool that recycles makes, resets and keeps its objects: what the options
// said. Pools that do not recycle have nothing of it. Not for programs.
#pragma once

#include <functional>
#include <new>
#include <type_traits>

#include <strata/pool/pool_options.hpp>

namespace strata::detail {

template <class T, bool Recycles>
struct pool_recipe {
  explicit pool_recipe(const pool_options<T>&) noexcept {}
};

template <class T>
struct pool_recipe<T, true> {
  std::function<T()> initialiser;
  std::function<void(T&)> reset;
  bool keeps;
  bool pre_initialise;

  explicit pool_recipe(const pool_options<T>& options)
      : initialiser(options.initialiser),
        reset(options.reset),
        keeps(options.drop == drop_strategy::keep),
        pre_initialise(options.pre_initialise) {}

  T* make(void* where) const {
    if (initialiser) return ::new (where) T(initialiser());
    if constexpr (std::is_default_constructible_v<T>) {
      return ::new (where) T();
    } else {
      __builtin_unreachable();  // such options are refused
    }
  }

  /// Returns: whether the object may stay. One that cannot be reset may not.
  [[nodiscard]] bool keep(T& object) const noexcept {
    if (!keeps) return false;
    if (!reset) return true;
    try {
      reset(object);
      return true;
    } catch (...) {
      return false;
    }
  }
};

}  // namespace strata::detail
