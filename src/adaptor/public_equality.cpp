// When resources without a state of their own are equal. Here, so that programs
// without run-time type information can include their headers.
#include <strata/adaptor/callback_resource.hpp>
#include <strata/adaptor/system_malloc.hpp>

namespace strata {

bool system_malloc::do_is_equal(const std::pmr::memory_resource& other) const noexcept {
  return dynamic_cast<const system_malloc*>(&other) != nullptr;
}

bool callback_resource::do_is_equal(const std::pmr::memory_resource& other) const noexcept {
  const auto* const same_type = dynamic_cast<const callback_resource*>(&other);
  return same_type != nullptr && same_type->functions() == functions_;
}

}  // namespace strata
