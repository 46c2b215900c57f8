// What a bump region does besides moving its pointer. A policy is a type whose
// constants the region reads at compile time: what is off costs no instruction
// and no byte.
//
//   struct zeroed : strata::bump_policies::high_performance {
//     static constexpr bool zeroing = true;
//   };
//   strata::bump_region<zeroed> frames(1 << 20);
#pragma once

#include <bit>
#include <concepts>
#include <cstddef>
#include <mutex>

namespace strata {

/// What bump_region asks of a policy. Derive from one of bump_policies and
/// replace what should differ.
template <class Policy>
concept bump_policy = requires(typename Policy::lock& lock) {
  requires std::same_as<decltype(Policy::alignment), const std::size_t>;
  requires std::same_as<decltype(Policy::minimum_bytes), const std::size_t>;
  requires std::same_as<decltype(Policy::guard_pages), const std::size_t>;
  requires std::same_as<decltype(Policy::zeroing), const bool>;
  requires std::same_as<decltype(Policy::canaries), const bool>;
  requires std::has_single_bit(Policy::alignment);
  requires std::default_initializable<typename Policy::lock>;
  lock.lock();
  lock.unlock();
};

namespace bump_policies {

/// Stands where no lock is wanted.
struct no_lock {
  void lock() noexcept {}
  void unlock() noexcept {}
};

/// One thread at a time, nothing checked.
struct high_performance {
  /// Of every block, asked for or not. A power of two.
  static constexpr std::size_t alignment = alignof(std::max_align_t);
  /// What a block takes at least.
  static constexpr std::size_t minimum_bytes = 1;
  /// On either side of pages of the region's own, and only there.
  static constexpr std::size_t guard_pages = 0;
  /// Whether blocks are zero when they are given out.
  static constexpr bool zeroing = false;
  /// Whether lines of marks stand around each block and at both ends.
  static constexpr bool canaries = false;
  /// What each member function holds; anything with lock() and unlock().
  using lock = no_lock;
};

/// Any number of threads, and each mistake that can be found.
struct safety : high_performance {
  static constexpr std::size_t guard_pages = 1;
  static constexpr bool zeroing = true;
  static constexpr bool canaries = true;
  using lock = std::mutex;
};

}  // namespace bump_policies

static_assert(bump_policy<bump_policies::high_performance>);
static_assert(bump_policy<bump_policies::safety>);

}  // namespace strata
