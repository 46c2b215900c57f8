// The configuration of fibers' memory: what contradicts itself, and the variables of the
// environment that change it. See strata/stack/fiber_memory_config.hpp.
#include <strata/stack/fiber_memory_config.hpp>

#include <array>
#include <string_view>

#include "base/base.hpp"
#include "os/os.hpp"

namespace strata {
namespace {

using base::option;
using base::option_kind;
using config = fiber_memory_config;
using problem = fiber_config_problem;
using error = fiber_config_error;
using result = std::optional<error>;
using why = base::text<192>;

constexpr std::string_view prefix = "STRATA_FIBER_";
constexpr std::size_t bytes_max = std::size_t{1} << 46;

// A key, what its values may be, the member it sets and that member's name.
struct variable {
  option form;
  std::string_view member;
  std::size_t& (*field)(config&);
};

constexpr option size_form(std::string_view key, std::size_t least, std::size_t most) {
  return {.key = key, .kind = option_kind::size, .meaning = {}, .least = least, .most = most};
}
constexpr option count_form(std::string_view key, std::size_t least, std::size_t most) {
  return {.key = key, .kind = option_kind::count, .meaning = {}, .least = least, .most = most};
}
constexpr option or_unlimited(option form) {
  form.word = "unlimited";
  form.word_value = SIZE_MAX;
  return form;
}

using stacks = stack_pool_options;
using arenas = fiber_arenas_options;
using messages = message_pool_options;

constexpr variable table[] = {
    {or_unlimited(size_form("STRATA_FIBER_LIMIT", 1, bytes_max)), "limit",
     [](config& c) -> std::size_t& { return c.limit; }},
    {size_form("STRATA_FIBER_STACK_BYTES", stacks::stack_bytes_min, stacks::stack_bytes_max),
     "stacks.stack_bytes", [](config& c) -> std::size_t& { return c.stacks.stack_bytes; }},
    {count_form("STRATA_FIBER_GUARD_PAGES", 0, 2048), "stacks.guard_pages",
     [](config& c) -> std::size_t& { return c.stacks.guard_pages; }},
    {count_form("STRATA_FIBER_STACKS_INITIAL", 0, bytes_max), "stacks.initial",
     [](config& c) -> std::size_t& { return c.stacks.initial; }},
    {or_unlimited(count_form("STRATA_FIBER_STACKS_MAX", 1, bytes_max)), "stacks.maximum",
     [](config& c) -> std::size_t& { return c.stacks.maximum; }},
    {size_form("STRATA_FIBER_STACKS_IDLE_BYTES", 0, bytes_max), "stacks.idle_bytes",
     [](config& c) -> std::size_t& { return c.stacks.idle_bytes; }},
    {size_form("STRATA_FIBER_ARENA_BYTES_MIN", arenas::band_bytes_least, arenas::band_bytes_most),
     "arenas.band_bytes_min", [](config& c) -> std::size_t& { return c.arenas.band_bytes_min; }},
    {size_form("STRATA_FIBER_ARENA_BYTES_MAX", arenas::band_bytes_least, arenas::band_bytes_most),
     "arenas.band_bytes_max", [](config& c) -> std::size_t& { return c.arenas.band_bytes_max; }},
    {size_form("STRATA_FIBER_ARENAS_IDLE_BYTES", 0, bytes_max), "arenas.idle_bytes",
     [](config& c) -> std::size_t& { return c.arenas.idle_bytes; }},
    {size_form("STRATA_FIBER_MESSAGE_BYTES_MIN", messages::band_bytes_least,
               messages::band_bytes_most),
     "messages.band_bytes_min",
     [](config& c) -> std::size_t& { return c.messages.band_bytes_min; }},
    {size_form("STRATA_FIBER_MESSAGE_BYTES_MAX", messages::band_bytes_least,
               messages::band_bytes_most),
     "messages.band_bytes_max",
     [](config& c) -> std::size_t& { return c.messages.band_bytes_max; }},
    {size_form("STRATA_FIBER_MESSAGES_IDLE_BYTES", 0, bytes_max), "messages.idle_bytes",
     [](config& c) -> std::size_t& { return c.messages.idle_bytes; }},
};

// -- Contradictions -----------------------------------------------------------------

// What a part says of its options, under the name of the whole's member.
template <class PartError>
result error_of_part(const std::optional<PartError>& found, problem part,
                     std::string_view part_name) noexcept {
  if (!found) return {};
  std::string_view words = found->what();
  words.remove_prefix(found->option().size() + 2);  // "option: "
  for (const variable& each : table) {
    if (each.member.starts_with(part_name) && each.member.ends_with(found->option())) {
      return error(part, each.member, words);
    }
  }
  return error(part, part_name, found->what());
}

// -- Variables ------------------------------------------------------------------------

constexpr std::string_view log_level_key = "STRATA_FIBER_LOG_LEVEL";
constexpr std::string_view log_levels[] = {"off", "warnings", "info", "debug"};

// So that a mangled value does not push the reason off the line.
std::string_view shortened(std::string_view value) noexcept { return value.substr(0, 48); }

error bad_value(std::string_view key, std::string_view value, std::string_view what) noexcept {
  return error(problem::bad_value, key,
               why().add("\"").add(shortened(value)).add("\" is ").add(what).view());
}

error unknown(std::string_view key) noexcept {
  const auto rest = [](std::string_view of) { return of.substr(prefix.size()); };
  base::closest_word closest(rest(key));
  for (const variable& each : table) closest.offer(rest(each.form.key));
  closest.offer(rest(log_level_key));
  why words;
  words.add(shortened(key)).add(" is no option of strata");
  if (!closest.best().empty()) {
    words.add("; did you mean ").add(prefix).add(closest.best()).add("?");
  }
  return error(problem::unknown_key, "environment", words.view());
}

result apply(fiber_log_level& to, std::string_view value) noexcept {
  std::uint8_t level = 0;
  for (const std::string_view name : log_levels) {
    if (value == name) {
      to = static_cast<fiber_log_level>(level);
      return {};
    }
    ++level;
  }
  return bad_value(log_level_key, value, "no level (use off, warnings, info or debug)");
}

result apply(std::size_t& to, const option& form, std::string_view value) noexcept {
  char refusal[128];
  const std::string_view refused = base::option_refusal(form, value, refusal);
  if (!refused.empty()) return bad_value(form.key, value, refused);
  to = base::parse_size(value).value_or(form.word_value);  // what is no number is the word
  return {};
}

// A configuration on its way, and which members the variables set.
struct changed_config {
  config now;
  bool set[std::size(table)] = {};

  result apply_variable(std::string_view key, std::string_view value) noexcept {
    if (key == log_level_key) return apply(now.log_level, value);
    for (std::size_t i = 0; i < std::size(table); ++i) {
      if (table[i].form.key != key) continue;
      set[i] = true;
      return apply(table[i].field(now), table[i].form, value);
    }
    return unknown(key);
  }

  // Whoever set a variable looks for its name.
  [[nodiscard]] error named(const error& found) const noexcept {
    for (std::size_t i = 0; i < std::size(table); ++i) {
      if (!set[i] || table[i].member != found.option()) continue;
      std::string_view words = found.what();
      words.remove_prefix(found.option().size() + 2);
      return error(found.problem(), table[i].form.key, words);
    }
    return found;
  }
};

}  // namespace

result check(const config& config) noexcept {
  if (result found = error_of_part(check(config.stacks), problem::stacks, "stacks")) return found;
  if (result found = error_of_part(check(config.arenas), problem::arenas, "arenas")) return found;
  return error_of_part(check(config.messages), problem::messages, "messages");
}

std::variant<config, error> with_variables(const config& given,
                                           const char* const* variables) noexcept {
  changed_config changed{.now = given};
  for (; variables != nullptr && *variables != nullptr; ++variables) {
    const std::string_view entry = *variables;
    const std::size_t equals = entry.find('=');
    if (!entry.starts_with(prefix) || equals == std::string_view::npos) continue;
    const std::string_view value = entry.substr(equals + 1);
    if (const result found = changed.apply_variable(entry.substr(0, equals), value)) return *found;
  }
  if (const result found = check(changed.now)) return changed.named(*found);
  return changed.now;
}

std::variant<config, error> with_environment(const config& given) noexcept {
  static constexpr const char* const nothing[] = {nullptr};
  return with_variables(given,
                        os::platform::is_privileged() ? nothing : os::platform::environment());
}

}  // namespace strata
