// Looking for bytes that lost their pattern.
#include "adaptor/checked_zones.hpp"

#include <algorithm>

namespace strata::core {

// A range that agrees with itself one byte on has one value throughout: the
// first byte tells which, and memcmp looks at the rest a vector at a time.
const std::byte* forbidden_range::find_damage() const noexcept {
  const std::byte pattern{pattern_};
  if (bytes_ == 0) return nullptr;
  if (*begin_ == pattern && std::memcmp(begin_, begin_ + 1, bytes_ - 1) == 0) return nullptr;
  return std::find_if(begin_, begin_ + bytes_, [=](std::byte seen) { return seen != pattern; });
}

const std::byte* forbidden_range::last_damage() const noexcept {
  const std::byte* const first = first_damage();
  if (first == nullptr) return nullptr;
  detail::unpoison(begin_, bytes_);
  const std::byte* last = begin_ + bytes_ - 1;
  while (*last == std::byte{pattern_}) --last;
  detail::poison(begin_, bytes_);
  return last;
}

forbidden_range checked_zones::range(debug_error_kind kind,
                                     const checked_block& block) const noexcept {
  switch (kind) {
    case debug_error_kind::overflow:
      return high_zone(block);
    case debug_error_kind::underflow:
      return low_zone(block);
    default:
      return contents(block);
  }
}

const std::byte* checked_zones::find(debug_error_kind kind,
                                     const checked_block& block) const noexcept {
  const forbidden_range looked_at = range(kind, block);
  return kind == debug_error_kind::underflow ? looked_at.last_damage() : looked_at.first_damage();
}

}  // namespace strata::core
