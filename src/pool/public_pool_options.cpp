// Which options of a pool contradict each other, and how a pool grows.
#include <strata/pool/pool_options.hpp>

#include <algorithm>
#include <bit>

#include "base/base.hpp"

namespace strata {

std::size_t pool_growth::slots_to_add(std::size_t capacity) const {
  if (custom_ != nullptr) return custom_(capacity);
  if (!exponential_) return step_;
  // Beyond 2^53 a double is coarse; by then no system has the memory.
  const double more = static_cast<double>(capacity) * (factor_ - 1);
  constexpr double most = 9007199254740992.0;
  return std::max(step_, static_cast<std::size_t>(std::min(more, most)));
}

namespace detail {
namespace {

using problem = pool_config_problem;
using result = std::optional<pool_config_error>;
using why = base::text<160>;

result check_alignment(const pool_settings& s) noexcept {
  if (s.alignment == 0) return {};
  if (!std::has_single_bit(s.alignment)) {
    return pool_config_error(problem::alignment_no_power, "alignment",
                             why().add_decimal(s.alignment).add(" is no power of two").view());
  }
  if (s.alignment < s.slot_alignment) {
    return pool_config_error(problem::alignment_too_weak, "alignment",
                             why()
                                 .add_decimal(s.alignment)
                                 .add(" is less than the ")
                                 .add_decimal(s.slot_alignment)
                                 .add(" that the type needs")
                                 .view());
  }
  if (s.alignment > s.alignment_max) {
    return pool_config_error(
        problem::alignment_too_strong, "alignment",
        why().add_decimal(s.alignment).add(" is more than ").add_decimal(s.alignment_max).view());
  }
  return {};
}

result check_capacity(const pool_settings& s) noexcept {
  if (!s.grows && s.capacity == 0) {
    return pool_config_error(problem::no_capacity, "capacity",
                             "a fixed pool needs the number of its slots");
  }
  const std::size_t most = std::min(s.grows ? SIZE_MAX : s.slots_max,
                                    (static_cast<std::size_t>(PTRDIFF_MAX) - 2 * s.alignment_max) /
                                        (s.slot_bytes + s.side_bytes));
  if (s.capacity > most) {
    return pool_config_error(problem::capacity_too_large, "capacity",
                             why()
                                 .add_decimal(s.capacity)
                                 .add(" slots are more than the ")
                                 .add_decimal(most)
                                 .add(" that this pool can have")
                                 .view());
  }
  if (s.capacity > s.limit / s.slot_bytes) {
    return pool_config_error(problem::capacity_over_limit, "capacity",
                             why()
                                 .add_decimal(s.capacity)
                                 .add(" slots of ")
                                 .add_decimal(s.slot_bytes)
                                 .add(" bytes are more than the limit of ")
                                 .add_decimal(s.limit)
                                 .add(" bytes")
                                 .view());
  }
  return {};
}

result check_growth(const pool_settings& s) noexcept {
  if (!s.grows && (s.maximum != SIZE_MAX || s.retain != SIZE_MAX || s.growth->is_given())) {
    return pool_config_error(problem::fixed_cannot_grow,
                             s.maximum != SIZE_MAX  ? "maximum"
                             : s.retain != SIZE_MAX ? "retain"
                                                    : "growth",
                             "a fixed pool does not grow; use growing_pool");
  }
  if (!s.growth->is_valid()) {
    return pool_config_error(problem::no_growth, "growth",
                             "needs a step above 0, a factor above 1, or a function");
  }
  if (s.capacity > s.maximum) {
    return pool_config_error(problem::capacity_over_maximum, "capacity",
                             why()
                                 .add_decimal(s.capacity)
                                 .add(" is more than the maximum of ")
                                 .add_decimal(s.maximum)
                                 .view());
  }
  if (s.grows && s.maximum == s.capacity && s.growth->is_given()) {
    return pool_config_error(
        problem::nothing_to_grow, "growth",
        why().add("the capacity is the maximum of ").add_decimal(s.maximum).add(" already").view());
  }
  return {};
}

result check_objects(const pool_settings& s) noexcept {
  if (!s.recycles && (s.pre_initialise || s.has_initialiser || s.has_reset || s.keeps)) {
    return pool_config_error(problem::needs_recycling,
                             s.pre_initialise    ? "pre_initialise"
                             : s.has_initialiser ? "initialiser"
                             : s.has_reset       ? "reset"
                                                 : "drop",
                             "this pool keeps no objects; add strata::recycling to its policies");
  }
  if (s.has_reset && !s.keeps) {
    return pool_config_error(problem::reset_unused, "reset",
                             "never runs, because released objects are destroyed; "
                             "set drop to drop_strategy::keep");
  }
  if (s.pre_initialise && !s.keeps) {
    return pool_config_error(problem::pre_initialise_dropped, "pre_initialise",
                             "is lost at the first release, because objects are destroyed; "
                             "set drop to drop_strategy::keep");
  }
  if (s.recycles && !s.has_initialiser && !s.default_constructible) {
    return pool_config_error(problem::no_initialiser, "initialiser",
                             "is missing, and the type has no default constructor");
  }
  return {};
}

result check_account(const pool_settings& s) noexcept {
  if (s.upstream == nullptr || s.parent == nullptr) return {};
  if (!s.name.empty() || s.limit != SIZE_MAX) return {};
  return pool_config_error(problem::parent_unused, "parent",
                           "over an upstream there is no account without a name or a limit");
}

}  // namespace

result check(const pool_settings& settings) noexcept {
  for (result (*part)(const pool_settings&) noexcept :
       {check_alignment, check_growth, check_capacity, check_objects, check_account}) {
    if (result found = part(settings)) return found;
  }
  return {};
}

}  // namespace detail
}  // namespace strata
