// A resource that refuses on purpose, so that tests reach what programs do when
// memory is refused.
//
//   for (std::uint64_t n = 1;; ++n) {
//     strata::failing memory(heap, {.nth = n});
//     work(memory);                                // must leak nothing, whatever n
//     if (memory.refusals() == 0) break;           // came through
//   }
//
// Ownership: borrows the upstream, which must outlive it. Threads: one at a time;
// strata::synchronized over it for more. Equality: with itself only. Cost: a few
// instructions per request, none per deallocation.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <memory_resource>

#include <strata/base/detail/diagnosis.hpp>
#include <strata/resource/detail/adaptor.hpp>

namespace strata {

/// Which requests are refused; each member may be combined with the others.
struct failing_options {
  std::uint64_t nth = 0;    ///< this one, the first being 1; 0: none
  std::uint64_t every = 0;  ///< each whose number is a multiple; 0: none
  double probability = 0;   ///< each with this probability, from 0 to 1
  std::uint64_t seed = 1;   ///< of chance: the same seed refuses the same requests
};

template <class Upstream = std::pmr::memory_resource>
class failing final : public detail::adaptor<failing<Upstream>, Upstream> {
 public:
  /// Requires: the probability lies between 0 and 1, or the program ends with a
  ///   diagnosis.
  explicit failing(Upstream& upstream, const failing_options& which = {}) noexcept
      : detail::adaptor<failing, Upstream>(upstream) {
    restart(which);
  }

  /// Effects: counts requests and refusals from 0 again, by the new choice.
  void restart(const failing_options& which) noexcept {
    if (!(which.probability >= 0 && which.probability <= 1)) {
      detail::report_bad_probability(which.probability);
    }
    which_ = which;
    chance_ = which.seed;
    requests_ = 0;
    refusals_ = 0;
  }

  /// Returns: how many requests there were, refused ones included.
  [[nodiscard]] std::uint64_t requests() const noexcept { return requests_; }

  /// Returns: how many of them were refused here, not by the upstream.
  [[nodiscard]] std::uint64_t refusals() const noexcept { return refusals_; }

 private:
  friend detail::resource_base<failing>;

  template <class Asking>
  void* obtain(std::size_t bytes, std::size_t alignment) {
    ++requests_;
    if (!is_chosen()) return Asking::from(this->upstream(), bytes, alignment);
    ++refusals_;
    return Asking::refuse("failing", bytes);
  }

  void give_back(void* block, std::size_t bytes, std::size_t alignment) noexcept {
    this->upstream().deallocate(block, bytes, alignment);
  }

  [[nodiscard]] bool is_chosen() noexcept {
    const bool by_number =
        requests_ == which_.nth || (which_.every != 0 && requests_ % which_.every == 0);
    return (which_.probability > 0 && draw() < which_.probability) || by_number;
  }

  // A number from 0 up to, not including, 1: the upper 53 bits of SplitMix64 (Steele,
  // Lea, Flood: Fast Splittable Pseudorandom Number Generators, 2014).
  [[nodiscard]] double draw() noexcept {
    chance_ += 0x9e3779b97f4a7c15;
    std::uint64_t mixed = (chance_ ^ (chance_ >> 30)) * 0xbf58476d1ce4e5b9;
    mixed = (mixed ^ (mixed >> 27)) * 0x94d049bb133111eb;
    return std::ldexp(static_cast<double>((mixed ^ (mixed >> 31)) >> 11), -53);
  }

  failing_options which_;
  std::uint64_t chance_ = 0;
  std::uint64_t requests_ = 0;
  std::uint64_t refusals_ = 0;
};

static_assert(resource<failing<>>);

}  // namespace strata
