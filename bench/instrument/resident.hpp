// Resident memory of this process, read without allocating any.
#pragma once

#include <cstdint>
#include <optional>

namespace strata::bench {

// Now. Throws std::runtime_error where the system does not say.
[[nodiscard]] std::uint64_t resident_bytes();

// Makes the peak start again from now; false where the system does not allow it.
[[nodiscard]] bool forget_peak() noexcept;

// The most since the start or forget_peak(); nothing where the system does not say.
[[nodiscard]] std::optional<std::uint64_t> peak_resident_bytes();

[[nodiscard]] constexpr double mebibytes(std::uint64_t bytes) noexcept {
  return static_cast<double>(bytes) / (1 << 20);
}

}  // namespace strata::bench
