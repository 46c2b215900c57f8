// The passage from text to settings and back, and what is said when a text is
// refused. Runs before main, under everyone's malloc: it allocates nothing.
#include "base/options.hpp"

#include "base/fatal.hpp"
#include "base/option_text.hpp"
#include "base/text.hpp"

namespace strata::base {
namespace {

constexpr std::string_view prefix = "STRATA_";
constexpr std::string_view prefix_of_fibers = "STRATA_FIBER_";  // strata::with_environment's

void store(settings& into, const option& which, std::size_t number,
           std::string_view text) noexcept {
  switch (which.kind) {
    case option_kind::size:
    case option_kind::count:
      into.*which.number = number;
      break;
    case option_kind::flag:
      into.*which.flag = number != 0;
      break;
    case option_kind::path:
      into.*which.path = text;
      break;
  }
}

using phrase = text<160>;

// With the largest unit that divides the value, so that parsing gives it back.
void add_size(phrase& out, std::size_t bytes) noexcept {
  std::size_t unit = 0;
  while (unit < 4 && bytes != 0 && bytes % kib == 0) {
    bytes /= kib;
    ++unit;
  }
  constexpr std::string_view units[] = {"", "K", "M", "G", "T"};
  out.add_decimal(bytes).add(units[unit]);
}

void add_number(phrase& out, const option& which, std::size_t number) noexcept {
  if (which.kind == option_kind::size) {
    add_size(out, number);
  } else {
    out.add_decimal(number);
  }
}

std::string_view copy(std::string_view from, std::span<char> into) noexcept {
  const std::size_t count = from.size() < into.size() ? from.size() : into.size();
  for (std::size_t i = 0; i < count; ++i) into[i] = from[i];
  return {into.data(), count};
}

void add_expected_form(phrase& out, const option& which) noexcept {
  switch (which.kind) {
    case option_kind::size:
      out.add("not a size (use e.g. 64K, 2M, 1G");
      break;
    case option_kind::count:
      out.add("not a whole number (use e.g. 0, 8, 500");
      break;
    case option_kind::flag:
      out.add("not a switch (use 0, 1, true, false, on, off");
      break;
    case option_kind::path:
      break;
  }
  if (!which.word.empty()) out.add(", or ").add(which.word);
  out.add(")");
}

void add_refusal(phrase& out, const option& which, verdict result) noexcept {
  switch (result) {
    case verdict::accepted:
      break;
    case verdict::wrong_form:
      add_expected_form(out, which);
      break;
    case verdict::too_small:
      add_number(out.add("smaller than "), which, which.least);
      break;
    case verdict::too_large:
      add_number(out.add("larger than "), which, which.most);
      break;
    case verdict::no_multiple:
      add_number(out.add("not a multiple of "), which, which.multiple);
      break;
  }
}

// What stands before and after the first '='; an empty key when there is none.
struct assignment {
  std::string_view key;
  std::string_view value;
};

assignment split(std::string_view entry) noexcept {
  const std::size_t equals = entry.find('=');
  if (equals == std::string_view::npos) return {};
  return {{entry.data(), equals}, {entry.data() + equals + 1, entry.size() - equals - 1}};
}

bool begins_with(std::string_view entry, std::string_view with) noexcept {
  return entry.size() > with.size() && std::string_view(entry.data(), with.size()) == with;
}

// Of ours, and not one that only fiber stacks read.
bool is_option(std::string_view entry) noexcept {
  return begins_with(entry, prefix) && !begins_with(entry, prefix_of_fibers);
}

std::string_view without_prefix(std::string_view key) noexcept {
  key.remove_prefix(prefix.size());
  return key;
}

// So that a hostile or mangled value does not push the reason off the line.
std::string_view shortened(std::string_view value) noexcept {
  constexpr std::size_t shown_max = 64;
  return {value.data(), value.size() < shown_max ? value.size() : shown_max};
}

[[gnu::cold]] void warn_unknown(std::string_view key) noexcept {
  closest_word closest(without_prefix(key));
  for (const option& known : options()) closest.offer(without_prefix(known.key));
  text<320> message;
  message.add(shortened(key)).add(" is no option of strata and is ignored; ");
  if (closest.best().empty()) {
    message.add("'strata options' lists them");
  } else {
    message.add("did you mean ").add(prefix).add(closest.best()).add("?");
  }
  warn(message.view());
}

[[gnu::cold]] void warn_refused(const settings& kept, const assignment& given) noexcept {
  const option& which = *find_option(given.key);
  char reason[160];
  char value[160];
  text<512> message;
  message.add(given.key).add("=\"").add(shortened(given.value)).add("\" refused: ");
  message.add(option_refusal(which, given.value, reason));
  warn(message.add("; keeping ").add(option_value(kept, which, value)).view());
}

}  // namespace

std::string_view option_value(const settings& from, const option& which,
                              std::span<char> buffer) noexcept {
  phrase out;
  switch (which.kind) {
    case option_kind::size:
    case option_kind::count: {
      const std::size_t number = from.*which.number;
      if (!which.word.empty() && number == which.word_value) return which.word;
      add_number(out, which, number);
      break;
    }
    case option_kind::flag:
      return from.*which.flag ? "1" : "0";
    case option_kind::path:
      return from.*which.path;
  }
  return copy(out.view(), buffer);
}

option_result apply_option(settings& into, std::string_view key, std::string_view value) noexcept {
  const option* const which = find_option(key);
  if (which == nullptr) return option_result::unknown_key;
  const judgement judged = judge(*which, value);
  if (judged.result != verdict::accepted) return option_result::bad_value;
  store(into, *which, judged.number, value);
  return option_result::applied;
}

std::string_view option_refusal(const option& which, std::string_view value,
                                std::span<char> buffer) noexcept {
  phrase out;
  add_refusal(out, which, judge(which, value).result);
  return copy(out.view(), buffer);
}

void apply_environment(settings& into, const char* const* environment) noexcept {
  if (environment == nullptr) return;
  for (; *environment != nullptr; ++environment) {
    const std::string_view entry = *environment;
    if (!is_option(entry)) continue;
    const assignment given = split(entry);
    if (given.key.size() <= prefix.size()) continue;
    switch (apply_option(into, given.key, given.value)) {
      case option_result::applied:
        break;
      case option_result::unknown_key:
        warn_unknown(given.key);
        break;
      case option_result::bad_value:
        warn_refused(into, given);
        break;
    }
  }
}

bool has_options(const char* const* environment) noexcept {
  if (environment == nullptr) return false;
  while (*environment != nullptr && !is_option(*environment)) ++environment;
  return *environment != nullptr;
}

}  // namespace strata::base
