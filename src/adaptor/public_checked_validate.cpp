// Looking for damage: in what leaves the quarantine, and in everything on request.
#include <algorithm>

#include "adaptor/checked_blocks.hpp"

namespace strata::core {

void checked_blocks::empty_quarantine(const void* caller) noexcept {
  if (never_reuse_) return;
  const calls_here here(caller, depth_);
  trim(0, here.view());
}

// Each block leaves on its own: it is checked and given back without the lock.
void checked_blocks::trim(std::size_t bytes_max, call_stack here) noexcept {
  checked_block leaving;
  while (leave_quarantine(bytes_max, leaving)) {
    report_damages(leaving, freed_damages, here);
    give_back(leaving);
  }
}

bool checked_blocks::leave_quarantine(std::size_t bytes_max, checked_block& copy) noexcept {
  const std::lock_guard lock(mutex_);
  if (quarantine_.empty() || counts_.quarantined_bytes <= bytes_max) return false;
  checked_block& leaving = *quarantine_.pop_front();
  copy = leaving;
  --counts_.quarantined_blocks;
  counts_.quarantined_bytes -= zones_.layout().total(leaving);
  remember_gone(leaving);
  return true;
}

// Mended at once: in quarantine the same damage must not be found again.
void checked_blocks::report_damages(const checked_block& block,
                                    std::span<const debug_error_kind> kinds,
                                    call_stack here) noexcept {
  for (const debug_error_kind kind : kinds) {
    const std::byte* const where = zones_.find(kind, block);
    if (where == nullptr) continue;
    debug_error error = error_of(kind, block);
    error.address = where;
    error.found = here;
    zones_.mend(kind, block);
    report(error);
  }
}

// Found with the lock, reported without it; what was found is mended, so that
// the next round goes on behind it.
std::size_t checked_blocks::validate(const void* caller) noexcept {
  const calls_here here(caller, depth_);
  std::array<debug_error, 16> found;
  std::size_t sum = 0;
  std::size_t count = 0;
  do {
    count = find_damages(found);
    for (std::size_t i = 0; i < count; ++i) {
      found[i].found = here.view();
      report(found[i]);
    }
    sum += count;
  } while (count == found.size());
  return sum;
}

std::size_t checked_blocks::find_damages(std::span<debug_error> found) noexcept {
  const std::lock_guard lock(mutex_);
  std::size_t count = 0;
  table_.for_each([&](const checked_block& block) {
    count += find_in(block, found.subspan(count));
    return count < found.size();
  });
  return count;
}

std::size_t checked_blocks::find_in(const checked_block& block,
                                    std::span<debug_error> found) noexcept {
  std::span<const debug_error_kind> kinds;
  if (block.state == block_state::live) kinds = live_damages;
  if (block.state == block_state::quarantined) kinds = freed_damages;
  std::size_t count = 0;
  for (const debug_error_kind kind : kinds) {
    const std::byte* const where = count < found.size() ? zones_.find(kind, block) : nullptr;
    if (where == nullptr) continue;
    found[count] = error_of(kind, block);
    found[count].address = where;
    zones_.mend(kind, block);
    ++count;
  }
  return count;
}

// Only the destructor, so nobody else is here. Everything was validated.
void checked_blocks::end_all() noexcept {
  table_.for_each([this](const checked_block& block) {
    if (block.state != block_state::gone) give_back(block);
    return true;
  });
}

}  // namespace strata::core
