// Lines of marks: a cache line before and after each block of a bump region,
// and one at each of its ends. Whoever writes beyond a block writes into one.
//
//   | front line | head | block | foot | gap | head | block | foot | ... | back line |
//     64 bytes     64             64..                                     64 bytes
//
//   head   mark, previous head, bytes, end of the foot, state, checksum, mark, mark
//   foot   marks, from the block's very last byte to the next block's gap
//
// Heads are linked from the last to the first, so that every line can be found
// without trusting what the user wrote. A mark is made of its own address: a line
// that was moved, zeroed or filled is a broken one.
// The code is cold and lives in src/arena/public_bump_lines.cpp. Not for programs.
#pragma once

#include <cstddef>
#include <string_view>

namespace strata::detail {

struct bump_line_head;

class bump_lines {
 public:
  static constexpr std::size_t line_bytes = 64;
  static constexpr std::size_t alignment = 16;  ///< of every block, for its head

  struct ends {
    std::byte* begin;
    std::byte* end;
  };

  /// Effects: writes the lines at both ends of a range; none when it is too small.
  /// Returns: where blocks may lie: between them, aligned.
  [[nodiscard]] ends open(std::byte* begin, std::byte* end, std::size_t step,
                          std::string_view name) noexcept;

  /// Effects: writes the lines around a block; its foot ends at `end`.
  void add(std::byte* block, std::size_t bytes, std::byte* end) noexcept;

  /// Effects: ends a block after looking at its lines.
  /// Returns: where the last live block ends; the range's first place when none lives.
  /// Mistakes end the program: a broken line, a double free, another size, a pointer
  ///   that is no block of this region.
  [[nodiscard]] std::byte* remove(std::byte* block, std::size_t bytes) noexcept;

  /// Effects: looks at the lines of all that reaches beyond `top`, and forgets it.
  void rewind(const std::byte* top) noexcept;

  /// Effects: looks at every line. A broken one ends the program.
  void check() const noexcept;

 private:
  [[nodiscard]] std::byte* end_of_live() noexcept;
  [[nodiscard]] bool knows(std::byte* block) const noexcept;
  void check_ends() const noexcept;
  void check_block(bump_line_head& head) const noexcept;

  std::byte* first_ = nullptr;  // where the front line ends; nullptr: no lines
  std::byte* back_ = nullptr;   // where the back line begins
  bump_line_head* last_ = nullptr;
  std::string_view name_;
};

}  // namespace strata::detail
