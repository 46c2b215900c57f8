// What a stack pool is made from, and what can be wrong with it.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

#include <strata/account/account.hpp>
#include <strata/base/config_error.hpp>

namespace strata {

/// Every member may be left out. What idle stacks keep is explained in
/// strata/stack/stack_pool.hpp. All sizes are bytes.
struct stack_pool_options {
  static constexpr std::size_t stack_bytes_min = std::size_t{16} << 10;
  static constexpr std::size_t stack_bytes_max = std::size_t{8} << 20;

  std::string_view name = {};        ///< of the account; copied, cut to 63 bytes
  std::size_t limit = SIZE_MAX;      ///< of all stacks with pages; SIZE_MAX: none
  const account* parent = nullptr;   ///< of its account; nullptr: the root
  std::size_t stack_bytes = 65'536;  ///< of each; rounded up to pages
  std::size_t guard_pages = 1;       ///< on each side; 0: no guards, no mappings, no safety
  bool canary = false;               ///< look at the end of each stack when it returns
  std::size_t prefault = 0;          ///< below the top, mapped ahead of a stack's first use
  std::size_t colours = 8;           ///< offsets of tops within their pages, 256 bytes apart
  std::size_t initial = 0;           ///< stacks that are ready when the pool is
  std::size_t maximum = SIZE_MAX;    ///< stacks at once
  std::size_t group_stacks = 256;    ///< stacks in one reservation, at most 64 MiB of them
  std::size_t idle_bytes = std::size_t{64} << 20;  ///< what idle stacks may keep
  std::size_t keep_bytes = 16'384;                 ///< what an idle stack in use now and then keeps
  std::chrono::milliseconds idle_time{1000};       ///< after which what nobody needed goes
};

/// What is wrong with the options of a stack pool.
enum class stack_config_problem {
  stack_too_small,       ///< less than 16 KiB
  stack_too_large,       ///< more than 8 MiB
  guards_too_large,      ///< guards larger than the largest stack
  prefault_too_large,    ///< more than the stack
  colours_out_of_range,  ///< none, or more than fit into a page
  initial_over_maximum,  ///< begins with more than it may have
  initial_over_limit,    ///< the account's limit refuses what it begins with
  no_maximum,            ///< a maximum of no stacks
  group_out_of_range,    ///< no stack in a group, or more than 65535
};

using stack_config_error = config_error<stack_config_problem>;
using invalid_stack_config = invalid_config<stack_config_problem>;

/// Returns: the first contradiction; nothing when there is none.
[[nodiscard]] std::optional<stack_config_error> check(const stack_pool_options& options) noexcept;

}  // namespace strata
