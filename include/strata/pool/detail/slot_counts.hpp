// How many shared and weak handles refer to one slot: the arithmetic above the
// word of a policy in handle_counts.hpp. Not for programs.
//
// A number that is 0 before it changes, or has reached 2^31, ends the program. Both
// are one comparison of a signed half, because nobody is below 1 and above 2^31 - 1.
// Beyond the diagnosis 2^31 further handles fit, so that no count wraps before the
// program has ended, however many threads add meanwhile.
#pragma once

#include <cstdint>

#include <strata/base/detail/diagnosis.hpp>

namespace strata::detail {

template <class Word>
class slot_counts {
 public:
  // The first shared handle, and the weak one that all shared handles hold together.
  slot_counts() noexcept : word_(only_shared) {}

  void add_shared() noexcept {
    const std::int32_t before = shared_in(word_.add(one_shared));
    if (before <= 0) [[unlikely]] {
      refuse(before == 0);
    }
  }

  void add_weak() noexcept {
    const std::int64_t before = signed_of(word_.add(one_weak));
    if (before < signed_of(one_weak)) [[unlikely]] {
      refuse(before >= 0);
    }
  }

  // False: no shared handle is left to share with.
  [[nodiscard]] bool try_add_shared() noexcept {
    std::uint64_t seen = word_.glance();
    do {
      if (shared_in(seen) == 0) return false;
      if (shared_in(seen) < 0) [[unlikely]] {
        report_too_many_handles(this);
      }
    } while (!word_.replace(seen, seen + one_shared));
    return true;
  }

  // True: it was the last, and the object dies now. Then drop_weak follows.
  [[nodiscard]] bool drop_shared() noexcept {
    if (word_.see_all() == only_shared) {
      word_.set(only_weak);
      return true;
    }
    const std::int32_t before = shared_in(word_.subtract(one_shared));
    if (before > 1) [[likely]] {
      return false;
    }
    if (before < 1) [[unlikely]] {
      report_dead_handle(this);
    }
    static_cast<void>(word_.see_all());
    return true;
  }

  // True: it was the last, and the slot goes back now.
  [[nodiscard]] bool drop_weak() noexcept {
    if (word_.see_all() == only_weak) {
      word_.set(0);
      return true;
    }
    const std::int64_t before = signed_of(word_.subtract(one_weak));
    if (before >= signed_of(2 * one_weak)) return false;
    if (before < signed_of(one_weak)) [[unlikely]] {
      report_dead_handle(this);
    }
    static_cast<void>(word_.see_all());
    return true;
  }

  [[nodiscard]] std::uint32_t shared() const noexcept {
    return static_cast<std::uint32_t>(word_.glance());
  }
  [[nodiscard]] std::uint32_t weak() const noexcept {
    const std::uint64_t seen = word_.glance();
    return static_cast<std::uint32_t>(seen >> 32) - (shared_in(seen) != 0 ? 1 : 0);
  }
  // No handle is left, nor does one go at this moment.
  [[nodiscard]] bool none() const noexcept { return word_.glance() == 0; }

 private:
  static constexpr std::uint64_t one_shared = 1;
  static constexpr std::uint64_t one_weak = std::uint64_t{1} << 32;
  static constexpr std::uint64_t only_shared = one_shared + one_weak;
  static constexpr std::uint64_t only_weak = one_weak;

  static std::int32_t shared_in(std::uint64_t word) noexcept {
    return static_cast<std::int32_t>(static_cast<std::uint32_t>(word));
  }
  static std::int64_t signed_of(std::uint64_t word) noexcept {
    return static_cast<std::int64_t>(word);
  }

  [[noreturn, gnu::cold]] void refuse(bool dead) const noexcept {
    if (dead) report_dead_handle(this);
    report_too_many_handles(this);
  }

  Word word_;
};

}  // namespace strata::detail
