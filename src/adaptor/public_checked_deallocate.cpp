// How a checked block ends: taken from the living, looked at, held back or given
// back to the upstream.
#include "adaptor/checked_blocks.hpp"
#include "os/os.hpp"

namespace strata::core {

void checked_blocks::deallocate(void* user, std::size_t bytes, std::size_t alignment,
                                const void* caller) noexcept {
  const calls_here here(caller, depth_);
  debug_error error;
  checked_block ending;
  checked_block* const record = leave(static_cast<std::byte*>(user), here.view(), ending, error);
  if (record == nullptr) {
    error.address = user;
    error.given_bytes = bytes;
    error.given_alignment = alignment;
    error.found = here.view();
    report(error);
    return;
  }
  log("deallocate", ending);
  inspect(ending, {bytes, alignment}, here.view());
  if (quarantines(ending)) {
    zones_.fill_freed(ending);
    hold_back(*record);
    trim(quarantine_max_, here.view());
  } else {
    let_go(*record);
    give_back(ending);
  }
}

// The record of a live block, now `ending`, and a copy of it. nullptr: it is no
// live block, and `error` says what else.
checked_block* checked_blocks::leave(std::byte* user, call_stack here, checked_block& copy,
                                     debug_error& error) noexcept {
  const std::lock_guard lock(mutex_);
  checked_block* const block = table_.find(user);
  if (block == nullptr || block->state != block_state::live) {
    error = mistaken_pointer(user, block);
    return nullptr;
  }
  block->state = block_state::ending;
  block->freed = &sites_.intern(here);
  --block->allocated->live_blocks;
  block->allocated->live_bytes -= block->bytes;
  --counts_.live_blocks;
  counts_.live_bytes -= block->bytes;
  copy = *block;
  return block;
}

// The search through all blocks only serves the diagnosis.
debug_error checked_blocks::mistaken_pointer(const std::byte* user,
                                             const checked_block* known) const noexcept {
  if (known != nullptr) return error_of(debug_error_kind::double_free, *known);
  debug_error error{.kind = debug_error_kind::foreign_pointer, .resource = name_};
  table_.for_each([&](const checked_block& block) {
    const bool inside =
        block.state == block_state::live && block.user < user && user < block.user + block.bytes;
    if (inside) error = error_of(debug_error_kind::foreign_pointer, block);
    return !inside;
  });
  return error;
}

void checked_blocks::inspect(const checked_block& ending, given as, call_stack here) noexcept {
  debug_error error = error_of(debug_error_kind::size_mismatch, ending);
  error.given_bytes = as.bytes;
  error.given_alignment = as.alignment;
  error.freed = {};
  error.found = here;
  if (as.bytes != ending.bytes) report(error);
  error.kind = debug_error_kind::alignment_mismatch;
  if (as.alignment != ending.alignment) report(error);
  report_damages(ending, live_damages, here);
}

// A block that would push out all others learns nothing from waiting.
bool checked_blocks::quarantines(const checked_block& block) const noexcept {
  return zones_.layout().total(block) <= quarantine_max_;
}

void checked_blocks::hold_back(checked_block& ending) noexcept {
  const std::lock_guard lock(mutex_);
  ending.state = block_state::quarantined;
  quarantine_.push_back(ending);
  ++counts_.quarantined_blocks;
  counts_.quarantined_bytes += zones_.layout().total(ending);
}

void checked_blocks::let_go(checked_block& ending) noexcept {
  const std::lock_guard lock(mutex_);
  remember_gone(ending);
}

// With the lock.
void checked_blocks::remember_gone(checked_block& block) noexcept {
  block.state = block_state::gone;
  gone_.push_back(block);
  if (++gone_count_ > gone_max) forget_oldest();
}

void checked_blocks::forget_oldest() noexcept {
  --gone_count_;
  table_.erase(*gone_.pop_front());
}

void checked_blocks::give_back(const checked_block& block) noexcept {
  zones_.open(block);
  upstream_->deallocate(zones_.layout().start(block), zones_.layout().total(block),
                        block.alignment);
}

}  // namespace strata::core
