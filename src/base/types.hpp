// Byte units and the marks that keep hot code and cold code apart.
#pragma once

#include <cstddef>
#include <cstdint>

namespace strata::base {

inline constexpr std::size_t kib = std::size_t{1} << 10;
inline constexpr std::size_t mib = std::size_t{1} << 20;
inline constexpr std::size_t gib = std::size_t{1} << 30;

// The largest size any entry point accepts: differences of pointers into one
// block must fit in std::ptrdiff_t.
inline constexpr std::size_t size_max = PTRDIFF_MAX;

// "No limit", for limits in bytes.
inline constexpr std::size_t unlimited = SIZE_MAX;

}  // namespace strata::base
