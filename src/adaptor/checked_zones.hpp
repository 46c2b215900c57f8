// The bytes around and in a checked block that nobody may write: red zones, and
// the contents of freed blocks. Filled with a pattern, compared with it later.
// Where AddressSanitizer runs, it is told too, so that it stops the program at
// the very instruction, reads included.
#pragma once

#include <cstddef>
#include <cstring>

#include <strata/adaptor/debug_error.hpp>
#include <strata/base/detail/poison.hpp>

#include "adaptor/checked_block.hpp"

namespace strata::core {

inline constexpr unsigned char fresh_pattern = 0xcd;
inline constexpr unsigned char freed_pattern = 0xdf;
inline constexpr unsigned char red_zone_pattern = 0xfb;

// Bytes that must keep one pattern.
class forbidden_range {
 public:
  forbidden_range(std::byte* begin, std::size_t bytes, unsigned char pattern) noexcept
      : begin_(begin), bytes_(bytes), pattern_(pattern) {}

  void fill() const noexcept {
    if (bytes_ == 0) return;
    detail::unpoison(begin_, bytes_);
    std::memset(begin_, pattern_, bytes_);
    detail::poison(begin_, bytes_);
  }

  // The first byte that was overwritten; nullptr: none.
  [[nodiscard]] const std::byte* first_damage() const noexcept {
    detail::unpoison(begin_, bytes_);
    const std::byte* const found = find_damage();
    detail::poison(begin_, bytes_);
    return found;
  }

  // The last byte that was overwritten, which is nearest to what follows.
  [[nodiscard]] const std::byte* last_damage() const noexcept;

 private:
  [[nodiscard]] const std::byte* find_damage() const noexcept;

  std::byte* begin_;
  std::size_t bytes_;
  unsigned char pattern_;
};

// What can be wrong with a live block, and with a freed one.
inline constexpr debug_error_kind live_damages[] = {debug_error_kind::overflow,
                                                    debug_error_kind::underflow};
inline constexpr debug_error_kind freed_damages[] = {
    debug_error_kind::overflow, debug_error_kind::underflow, debug_error_kind::use_after_free};

// The zones of blocks with one size of red zones.
class checked_zones {
 public:
  explicit checked_zones(std::size_t red_zone_bytes) noexcept : layout_{red_zone_bytes} {}

  [[nodiscard]] const checked_layout& layout() const noexcept { return layout_; }

  void fill_red_zones(const checked_block& block) const noexcept {
    low_zone(block).fill();
    high_zone(block).fill();
  }
  void fill_freed(const checked_block& block) const noexcept { contents(block).fill(); }

  // Where the range that `kind` is about was overwritten, nearest to the block;
  // nullptr: nowhere. And what undoes it.
  [[nodiscard]] const std::byte* find(debug_error_kind kind,
                                      const checked_block& block) const noexcept;
  void mend(debug_error_kind kind, const checked_block& block) const noexcept {
    range(kind, block).fill();
  }

  // What a block that goes back to the upstream must be: touchable.
  void open(const checked_block& block) const noexcept {
    detail::unpoison(layout_.start(block), layout_.total(block));
  }

 private:
  [[nodiscard]] forbidden_range range(debug_error_kind kind,
                                      const checked_block& block) const noexcept;
  [[nodiscard]] forbidden_range low_zone(const checked_block& block) const noexcept {
    return {layout_.start(block), layout_.low(block.alignment), red_zone_pattern};
  }
  [[nodiscard]] forbidden_range high_zone(const checked_block& block) const noexcept {
    return {block.user + block.bytes, layout_.red_zone_bytes, red_zone_pattern};
  }
  [[nodiscard]] static forbidden_range contents(const checked_block& block) noexcept {
    return {block.user, block.bytes, freed_pattern};
  }

  checked_layout layout_;
};

}  // namespace strata::core
