// How a checked block comes to be.
#include <strata/base/error.hpp>

#include <bit>
#include <cstring>
#include <new>

#include "adaptor/checked_blocks.hpp"

namespace strata::core {

void* checked_blocks::allocate(std::size_t bytes, std::size_t alignment, const void* caller) {
  const calls_here here(caller, depth_);
  if (!std::has_single_bit(alignment)) {
    report({.kind = debug_error_kind::bad_alignment,
            .resource = name_,
            .given_bytes = bytes,
            .given_alignment = alignment,
            .found = here.view()});
    refuse(bytes);
  }
  if (!zones_.layout().fits(bytes, alignment)) refuse(bytes);

  const std::size_t total = zones_.layout().total(bytes, alignment);
  auto* const start = static_cast<std::byte*>(take(total, alignment, here.view()));
  checked_block fresh{
      .user = start + zones_.layout().low(alignment), .bytes = bytes, .alignment = alignment};
  zones_.fill_red_zones(fresh);
  if (validate_access_) std::memset(fresh.user, fresh_pattern, bytes);
  if (!enter(fresh, here.view())) {
    give_back(fresh);
    refuse(bytes);
  }
  log("allocate", fresh);
  return fresh.user;
}

// The upstream's own exception comes through: it names who refused.
void* checked_blocks::take(std::size_t total, std::size_t alignment, call_stack here) {
  try {
    return upstream_->allocate(total, alignment);
  } catch (const std::bad_alloc&) {
    if (never_reuse_ || statistics().quarantined_blocks == 0) throw;
  }
  trim(0, here);
  return upstream_->allocate(total, alignment);
}

// False: no memory for the record.
bool checked_blocks::enter(checked_block& fresh, call_stack here) noexcept {
  const std::lock_guard lock(mutex_);
  checked_block* const record = record_for(fresh.user);
  if (record == nullptr) return false;
  fresh.serial = ++counts_.allocations;
  fresh.allocated = &sites_.intern(here);
  ++fresh.allocated->live_blocks;
  fresh.allocated->live_bytes += fresh.bytes;
  ++counts_.live_blocks;
  counts_.live_bytes += fresh.bytes;
  if (counts_.live_bytes > counts_.live_bytes_peak) counts_.live_bytes_peak = counts_.live_bytes;
  fresh.next_in_bucket = record->next_in_bucket;
  *record = fresh;
  return true;
}

// The address may have been a block before. Where memory is refused, the oldest
// block that is gone is forgotten for the new one.
checked_block* checked_blocks::record_for(std::byte* user) noexcept {
  checked_block* const known = table_.find(user);
  if (known != nullptr) {
    base::check(known->state == block_state::gone,
                "the upstream of a checked resource gave out a block that it had given before");
    gone_.remove(*known);
    --gone_count_;
    return known;
  }
  checked_block* const fresh = table_.insert(user);
  if (fresh != nullptr || gone_.empty()) return fresh;
  forget_oldest();
  return table_.insert(user);
}

void checked_blocks::refuse(std::size_t bytes) const { throw out_of_memory(name_, bytes); }

}  // namespace strata::core
