// By how much a growing pool grows when it has no free slot.
//
//   strata::growing_pool<job> jobs({.growth = strata::pool_growth::linear(512)});
#pragma once

#include <cstddef>
#include <functional>
#include <utility>

namespace strata {

/// A strategy: from the present capacity to the number of slots to add.
class pool_growth {
 public:
  /// Doubles the capacity, from 64: exponential(2, 64).
  pool_growth() = default;

  /// Adds the same number of slots each time.
  [[nodiscard]] static pool_growth linear(std::size_t slots) {
    pool_growth made;
    made.step_ = slots;
    made.exponential_ = false;
    made.given_ = true;
    return made;
  }

  /// Multiplies the capacity; adds at least `first` slots.
  [[nodiscard]] static pool_growth exponential(double factor, std::size_t first = 64) {
    pool_growth made;
    made.step_ = first;
    made.factor_ = factor;
    made.given_ = true;
    return made;
  }

  /// Asks `slots_to_add(capacity)`. 0 refuses; what it throws leaves the pool's
  /// function that needed a slot.
  [[nodiscard]] static pool_growth custom(std::function<std::size_t(std::size_t)> slots_to_add) {
    pool_growth made;
    made.step_ = 0;
    made.exponential_ = false;
    made.given_ = true;
    made.custom_ = std::move(slots_to_add);
    return made;
  }

  /// Returns: how many slots to add to so many.
  [[nodiscard]] std::size_t slots_to_add(std::size_t capacity) const;

  /// Returns: whether it ever adds a slot, as far as one can tell.
  [[nodiscard]] bool is_valid() const noexcept {
    return custom_ != nullptr || (step_ != 0 && (!exponential_ || factor_ > 1));
  }

  /// Returns: whether the program chose it.
  [[nodiscard]] bool is_given() const noexcept { return given_; }

 private:
  std::size_t step_ = 64;
  double factor_ = 2;
  bool exponential_ = true;
  bool given_ = false;
  std::function<std::size_t(std::size_t)> custom_;
};

}  // namespace strata
