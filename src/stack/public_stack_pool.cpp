// strata::stack_pool over the operating system; see strata/stack/detail/stack_source.hpp.
#include <strata/stack/stack_pool.hpp>

#include <strata/base/error.hpp>

#include "os/os.hpp"
#include "stack/stack.hpp"

namespace strata::detail {

class stack_store : public core::basic_stack_store<os::platform> {
  using basic_stack_store::basic_stack_store;
};

stack_source::stack_source(const stack_pool_options& options, idle_stacks& idle)
    : store_(std::make_unique<stack_store>(valid(options), idle)) {
  store_->prepare(options.initial);
}

stack_source::~stack_source() = default;

void* stack_source::take_idle() noexcept { return store_->take_idle(); }
bool stack_source::charge() noexcept { return store_->charge(); }
void* stack_source::open() noexcept { return store_->open(); }
void stack_source::give(void* top) noexcept { store_->give(top); }
std::size_t stack_source::tick() noexcept { return store_->tick(); }
std::size_t stack_source::trim() noexcept { return store_->trim(); }

void stack_source::refuse() const {
  throw out_of_memory(store_->account().name(), store_->layout().stack_bytes);
}

void stack_source::set_name(void* top, std::string_view name) noexcept {
  store_->set_name(top, name);
}
std::string_view stack_source::name_of(void* top) const noexcept { return store_->name_of(top); }
std::size_t stack_source::depth(void* top) const noexcept { return store_->depth(top); }
std::size_t stack_source::guard_bytes() const noexcept { return store_->layout().guard_bytes; }
stack_pool_statistics stack_source::statistics() const noexcept { return store_->statistics(); }
stack_pool_residency stack_source::residency() const noexcept { return store_->residency(); }
strata::account stack_source::account() const { return store_->account(); }

}  // namespace strata::detail
