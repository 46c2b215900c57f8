// Which known word a mistyped one was probably meant to be: for unknown keys in
// the environment and unknown commands. Compares words of up to `word_length_max`
// characters; longer ones resemble nothing.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace strata::base {

inline constexpr std::size_t word_length_max = 48;

// Letters to insert, remove or replace to turn one word into the other
// (Levenshtein); SIZE_MAX when either is too long to compare.
[[nodiscard]] constexpr std::size_t edit_distance(std::string_view from,
                                                  std::string_view to) noexcept {
  if (from.size() > word_length_max || to.size() > word_length_max) return SIZE_MAX;
  std::size_t row[word_length_max + 1] =
      {};  // distances of the prefix of `from` to prefixes of `to`
  for (std::size_t column = 0; column <= to.size(); ++column) row[column] = column;
  for (std::size_t line = 0; line < from.size(); ++line) {
    std::size_t diagonal = row[0];
    row[0] = line + 1;
    for (std::size_t column = 0; column < to.size(); ++column) {
      const std::size_t replaced = diagonal + (from[line] == to[column] ? 0 : 1);
      const std::size_t shorter = row[column] < row[column + 1] ? row[column] : row[column + 1];
      diagonal = row[column + 1];
      row[column + 1] = replaced <= shorter ? replaced : shorter + 1;
    }
  }
  return row[to.size()];
}

// Keeps the best of the words it is offered, as long as they resemble the typed
// one: at most a third of its letters, and one more, differ.
class closest_word {
 public:
  constexpr explicit closest_word(std::string_view typed) noexcept
      : typed_(typed), distance_(typed.size() / 3 + 2) {}

  constexpr void offer(std::string_view known) noexcept {
    const std::size_t distance = edit_distance(typed_, known);
    if (distance >= distance_) return;
    distance_ = distance;
    best_ = known;
  }

  [[nodiscard]] constexpr std::string_view best() const noexcept { return best_; }  // or empty

 private:
  std::string_view typed_;
  std::string_view best_;
  std::size_t distance_;
};

}  // namespace strata::base
