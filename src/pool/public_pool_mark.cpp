// See strata/pool/detail/pool_mark.hpp.
#include <strata/pool/detail/pool_mark.hpp>

#include <chrono>

namespace strata::detail {

// The finalizer of splitmix64 (Steele, Lea and Flood 2014) over place and time.
std::uintptr_t fresh_mark(const void* pool) noexcept {
  const auto now = std::chrono::steady_clock::now().time_since_epoch().count();
  std::uint64_t mixed = reinterpret_cast<std::uintptr_t>(pool) ^ static_cast<std::uint64_t>(now);
  mixed = (mixed ^ mixed >> 30) * 0xbf58476d1ce4e5b9;
  mixed = (mixed ^ mixed >> 27) * 0x94d049bb133111eb;
  return static_cast<std::uintptr_t>(mixed ^ mixed >> 31) | 1;
}

}  // namespace strata::detail
