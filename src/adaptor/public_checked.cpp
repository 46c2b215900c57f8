// strata::checked: where the program enters. Each entry is a call of its own, so
// that its return address tells where the program's own calls begin.
#include <strata/adaptor/checked.hpp>

#include <ostream>

#include "adaptor/checked_blocks.hpp"

namespace strata {

static_assert(accounted_resource<checked>);

checked::checked(const debug_config& config)
    : blocks_(std::make_unique<core::checked_blocks>(config)) {}

checked::~checked() { blocks_->finish(__builtin_return_address(0)); }

[[gnu::noinline]] void* checked::allocate(std::size_t bytes, std::size_t alignment) {
  return blocks_->allocate(bytes, alignment, __builtin_return_address(0));
}

[[gnu::noinline]] void* checked::try_allocate(std::size_t bytes, std::size_t alignment) noexcept {
  try {
    return blocks_->allocate(bytes, alignment, __builtin_return_address(0));
  } catch (...) {
    return nullptr;
  }
}

[[gnu::noinline]] void checked::deallocate(void* block, std::size_t bytes,
                                           std::size_t alignment) noexcept {
  if (block != nullptr) blocks_->deallocate(block, bytes, alignment, __builtin_return_address(0));
}

[[gnu::noinline]] std::size_t checked::validate() noexcept {
  return blocks_->validate(__builtin_return_address(0));
}

bool checked::owns(const void* block) const noexcept { return blocks_->owns(block); }

bool checked::is_intact(const void* block) const noexcept { return blocks_->is_intact(block); }

[[gnu::noinline]] void checked::empty_quarantine() noexcept {
  blocks_->empty_quarantine(__builtin_return_address(0));
}

void checked::visit_leaks(const std::function<void(const leak_site&)>& visitor) const {
  blocks_->visit_leaks(visitor);
}

void checked::leak_report(std::ostream& out) const {
  blocks_->leak_report([&out](std::string_view text) { out << text; });
}

debug_statistics checked::statistics() const noexcept { return blocks_->statistics(); }

account checked::account() const { return blocks_->account(); }

[[gnu::noinline]] void* checked::do_allocate(std::size_t bytes, std::size_t alignment) {
  return blocks_->allocate(bytes, alignment, __builtin_return_address(0));
}

[[gnu::noinline]] void checked::do_deallocate(void* block, std::size_t bytes,
                                              std::size_t alignment) {
  if (block != nullptr) blocks_->deallocate(block, bytes, alignment, __builtin_return_address(0));
}

bool checked::do_is_equal(const std::pmr::memory_resource& other) const noexcept {
  return this == &other;
}

}  // namespace strata
