// What the memory of fibers is made from: as a struct, and as the environment changes it.
//
//   strata::fiber_memory_config wanted{.name = "server",
//                                      .stacks = {.stack_bytes = 32 << 10, .maximum = 10'000}};
//   const auto config = strata::with_environment(wanted);
//   if (const auto* error = std::get_if<strata::fiber_config_error>(&config)) {
//     std::cerr << error->what() << '\n';
//   }
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include <strata/account/account.hpp>
#include <strata/base/config_error.hpp>
#include <strata/stack/band_options.hpp>
#include <strata/stack/stack_options.hpp>

namespace strata {

/// How much is said about fibers' memory while it is used. Each level includes those
/// before it.
enum class fiber_log_level : std::uint8_t {
  off,
  warnings,  ///< that requests were refused
  info,      ///< the figures when it begins and ends
  debug,     ///< the figures at every tick that does something
};

/// Gets one line, without its end. It must not use the memory that it is told about.
using fiber_log_function = void(void* context, std::string_view line) noexcept;

/// Every member may be left out. The accounts of the parts stand below that of the
/// whole, unless they name a parent of their own.
struct fiber_memory_config {
  std::string_view name = {};       ///< of the account; copied; "fiber memory" without one
  std::size_t limit = SIZE_MAX;     ///< of all parts together, in bytes; SIZE_MAX: none
  const account* parent = nullptr;  ///< of its account; nullptr: the root
  stack_pool_options stacks = {};
  fiber_arenas_options arenas = {};
  message_pool_options messages = {};
  fiber_log_level log_level = fiber_log_level::off;
  fiber_log_function* log = nullptr;  ///< nullptr: lines go to standard error
  void* log_context = nullptr;
};

/// What is wrong with the configuration.
enum class fiber_config_problem {
  stacks,       ///< the options of the stacks contradict themselves
  arenas,       ///< those of the arenas
  messages,     ///< those of the messages
  unknown_key,  ///< a variable of the environment that means nothing
  bad_value,    ///< one whose value means nothing, or is out of range
};

/// Its option() is a member, "stacks" (what() says which of its options), or the key of
/// the variable that set it; "environment" for an unknown key.
using fiber_config_error = config_error<fiber_config_problem>;
using invalid_fiber_config = invalid_config<fiber_config_problem>;

/// Returns: the first contradiction; nothing when there is none.
[[nodiscard]] std::optional<fiber_config_error> check(const fiber_memory_config& config) noexcept;

/// Returns: the configuration with what the variables STRATA_FIBER_... say instead, or
///   what is wrong, with the key, the value and what is allowed. A privileged program
///   (setuid) ignores them. The keys: docs/reference/options.md.
[[nodiscard]] std::variant<fiber_memory_config, fiber_config_error> with_environment(
    const fiber_memory_config& config = {}) noexcept;

/// Returns: the same from "KEY=value" lines; nullptr ends them.
[[nodiscard]] std::variant<fiber_memory_config, fiber_config_error> with_variables(
    const fiber_memory_config& config, const char* const* variables) noexcept;

namespace detail {

/// Returns: the options of a part whose account stands below that of the whole.
template <class Options>
[[nodiscard]] Options part_of(Options options, const char* name, const account& whole) noexcept {
  if (options.name.empty()) options.name = name;
  if (options.parent == nullptr) options.parent = &whole;
  return options;
}

}  // namespace detail
}  // namespace strata
