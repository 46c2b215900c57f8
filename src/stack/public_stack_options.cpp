// Which options of a stack pool contradict each other; see strata/stack/stack_options.hpp.
#include <strata/stack/stack_options.hpp>

#include "os/os.hpp"
#include "stack/layout.hpp"

namespace strata {
namespace {

using options_type = stack_pool_options;
using problem = stack_config_problem;
using result = std::optional<stack_config_error>;
using why = base::text<128>;

// "FIRST is WHAT SECOND"
result error(problem what, std::string_view option, std::size_t first, std::string_view relation,
             std::size_t second) noexcept {
  return stack_config_error(what, option,
                            why().add_decimal(first).add(relation).add_decimal(second).view());
}

result check_size(const options_type& o) noexcept {
  if (o.stack_bytes < options_type::stack_bytes_min) {
    return error(problem::stack_too_small, "stack_bytes", o.stack_bytes, " is less than ",
                 options_type::stack_bytes_min);
  }
  if (o.stack_bytes > options_type::stack_bytes_max) {
    return error(problem::stack_too_large, "stack_bytes", o.stack_bytes, " is more than ",
                 options_type::stack_bytes_max);
  }
  if (o.prefault > o.stack_bytes) {
    return error(problem::prefault_too_large, "prefault", o.prefault, " is more than stack_bytes, ",
                 o.stack_bytes);
  }
  return {};
}

result check_layout(const options_type& o) noexcept {
  const std::size_t guards_max = options_type::stack_bytes_max / os::platform::page_size();
  if (o.guard_pages > guards_max) {
    return error(problem::guards_too_large, "guard_pages", o.guard_pages, " is more than ",
                 guards_max);
  }
  if (o.colours < 1 || o.colours > core::stack_layout::colours_max) {
    return error(problem::colours_out_of_range, "colours", o.colours, " is not between 1 and ",
                 core::stack_layout::colours_max);
  }
  if (o.group_stacks < 1 || o.group_stacks > core::stack_layout::group_stacks_max) {
    return error(problem::group_out_of_range, "group_stacks", o.group_stacks,
                 " is not between 1 and ", core::stack_layout::group_stacks_max);
  }
  return {};
}

result check_counts(const options_type& o) noexcept {
  if (o.maximum == 0) return stack_config_error(problem::no_maximum, "maximum", "is 0");
  if (o.initial > o.maximum) {
    return error(problem::initial_over_maximum, "initial", o.initial,
                 " is more than the maximum of ", o.maximum);
  }
  if (o.initial > o.limit / o.stack_bytes) {
    return error(problem::initial_over_limit, "initial", o.initial,
                 " stacks are more than the limit, in bytes, of ", o.limit);
  }
  return {};
}

}  // namespace

std::optional<stack_config_error> check(const stack_pool_options& options) noexcept {
  for (result (*part)(const options_type&) noexcept : {check_size, check_layout, check_counts}) {
    if (result found = part(options)) return found;
  }
  return {};
}

}  // namespace strata
