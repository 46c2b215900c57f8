// What a pool says when it cannot: it is exhausted (an exception, or nothing from
// a try_ function), or its configuration contradicts itself (a value).
#pragma once

#include <cstddef>
#include <string_view>

#include <strata/base/config_error.hpp>
#include <strata/base/error.hpp>

namespace strata {

/// A pool has no free slot and may not get another.
class pool_exhausted : public out_of_memory {
 public:
  /// Effects: describes a request for `wanted` more objects of `object_bytes` each.
  pool_exhausted(std::string_view pool, std::size_t capacity, std::size_t in_use,
                 std::size_t wanted, std::size_t object_bytes) noexcept;

  /// Returns: one line that names the pool and the figures.
  [[nodiscard]] const char* what() const noexcept override;

  /// Returns: how many objects the pool has room for.
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
  /// Returns: how many lived when it refused.
  [[nodiscard]] std::size_t in_use() const noexcept { return in_use_; }

 protected:
  pool_exhausted(std::string_view pool, std::size_t bytes, std::size_t capacity,
                 std::size_t in_use) noexcept
      : out_of_memory(pool, bytes), capacity_(capacity), in_use_(in_use) {}

  char what_[192] = {};

 private:
  std::size_t capacity_;
  std::size_t in_use_;
};

/// A growing pool would have to grow beyond its maximum.
class pool_maximum_exceeded final : public pool_exhausted {
 public:
  /// Effects: describes a request for `wanted` more objects of `object_bytes` each.
  pool_maximum_exceeded(std::string_view pool, std::size_t maximum, std::size_t in_use,
                        std::size_t wanted, std::size_t object_bytes) noexcept;

  /// Returns: what the pool may grow to.
  [[nodiscard]] std::size_t maximum() const noexcept { return capacity(); }
};

/// What is wrong with the options of a pool.
enum class pool_config_problem {
  no_capacity,             ///< a fixed pool without slots
  capacity_too_large,      ///< more slots than addresses, or than the strategy can tell apart
  capacity_over_maximum,   ///< begins larger than it may become
  capacity_over_limit,     ///< the account's limit refuses what the capacity needs
  fixed_cannot_grow,       ///< growth, maximum or retain given to a fixed pool
  nothing_to_grow,         ///< growth given, and the maximum is the capacity
  no_growth,               ///< a step of 0, a factor of 1 or less, no function
  alignment_no_power,      ///< the alignment is no power of two
  alignment_too_weak,      ///< less than the type needs
  alignment_too_strong,    ///< more than a pool can give
  parent_unused,           ///< a parent account, and no account to hang below it
  needs_recycling,         ///< initialiser, reset, drop or pre_initialise without that policy
  reset_unused,            ///< a reset function, and objects are destroyed
  pre_initialise_dropped,  ///< pre_initialise, and objects are destroyed at release
  no_initialiser,          ///< recycling, and the type has no default constructor
};

using pool_config_error = config_error<pool_config_problem>;
using invalid_pool_config = invalid_config<pool_config_problem>;

}  // namespace strata
