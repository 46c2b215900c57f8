// Reading values: sizes with units, counts, switches. Never members of
// string_view that check a position by throwing (substr and the like): the core
// has no exceptions.
#include "base/option_text.hpp"

namespace strata::base {
namespace {

constexpr char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
}

bool same_word(std::string_view left, std::string_view right) noexcept {
  if (left.size() != right.size()) return false;
  for (std::size_t i = 0; i < left.size(); ++i) {
    if (lower(left[i]) != lower(right[i])) return false;
  }
  return true;
}

// Takes the digits off the front of `text`; nothing when there are none, or too many.
std::optional<std::size_t> take_number(std::string_view& text) noexcept {
  std::size_t value = 0;
  std::size_t digits = 0;
  for (; digits < text.size() && text[digits] >= '0' && text[digits] <= '9'; ++digits) {
    const auto digit = static_cast<std::size_t>(text[digits] - '0');
    if (__builtin_mul_overflow(value, std::size_t{10}, &value)) return std::nullopt;
    if (__builtin_add_overflow(value, digit, &value)) return std::nullopt;
  }
  if (digits == 0) return std::nullopt;
  text.remove_prefix(digits);
  return value;
}

// The shift of a unit's letter, 0 for anything else.
constexpr unsigned unit_shift(char letter) noexcept {
  switch (lower(letter)) {
    case 'k':
      return 10;
    case 'm':
      return 20;
    case 'g':
      return 30;
    case 't':
      return 40;
    default:
      return 0;
  }
}

std::optional<std::size_t> parse_count(std::string_view text) noexcept {
  const std::optional<std::size_t> value = take_number(text);
  return text.empty() ? value : std::nullopt;
}

std::optional<std::size_t> parse_flag(std::string_view text) noexcept {
  for (const std::string_view yes : {"1", "true", "on"}) {
    if (same_word(text, yes)) return 1;
  }
  for (const std::string_view no : {"0", "false", "off"}) {
    if (same_word(text, no)) return 0;
  }
  return std::nullopt;
}

std::optional<std::size_t> parse(const option& which, std::string_view text) noexcept {
  switch (which.kind) {
    case option_kind::size:
      return parse_size(text);
    case option_kind::count:
      return parse_count(text);
    case option_kind::flag:
      return parse_flag(text);
    case option_kind::path:
      return 0;
  }
  return std::nullopt;
}

}  // namespace

judgement judge(const option& which, std::string_view text) noexcept {
  if (!which.word.empty() && same_word(text, which.word)) {
    return {verdict::accepted, which.word_value};
  }
  const std::optional<std::size_t> number = parse(which, text);
  if (!number) return {verdict::wrong_form, 0};
  if (!which.word.empty() && *number == which.word_value) return {verdict::accepted, *number};
  if (*number < which.least) return {verdict::too_small, 0};
  if (*number > which.most) return {verdict::too_large, 0};
  if (*number % which.multiple != 0) return {verdict::no_multiple, 0};
  return {verdict::accepted, *number};
}

std::optional<std::size_t> parse_size(std::string_view text) noexcept {
  const std::optional<std::size_t> number = take_number(text);
  if (!number) return std::nullopt;
  const unsigned shift = text.empty() ? 0 : unit_shift(text[0]);
  if (shift != 0) text.remove_prefix(1);
  const bool plain = text.empty() || same_word(text, "b");
  if (!plain && !(shift != 0 && same_word(text, "ib"))) return std::nullopt;
  if (*number > (SIZE_MAX >> shift)) return std::nullopt;
  return *number << shift;
}

}  // namespace strata::base
