// From a pointer to the block it is said to be: every way of getting that wrong
// ends in the diagnosis that fits.
#pragma once

#include <cstddef>

#include "heap/domain.hpp"

namespace strata::core {

// The head record of the slab or large block.
[[nodiscard]] inline slab& head_of(slab& record) noexcept {
  return base::racy_load(record.state) == slab_state::tail ? *(&record - record.head_distance)
                                                           : record;
}

// Of a live block, whose state may change meanwhile, but not whether it is large.
[[nodiscard]] inline bool is_large(const slab& head) noexcept {
  return base::racy_load(head.state) == slab_state::large;
}

[[nodiscard]] inline std::size_t usable_bytes(const slab& head) noexcept {
  return is_large(head) ? head.large_bytes : class_size(head.size_class);
}

// A medium block shrank where it is: the whole pages behind its new end go back.
template <class Os>
void return_tail(const slab& head, void* pointer, std::size_t size) noexcept {
  constexpr std::size_t worth_a_call = 16 * base::kib;
  const std::size_t usable = class_size(head.size_class);
  if (is_small(head.size_class) || size > usable / 2) return;
  const auto start = reinterpret_cast<std::uintptr_t>(pointer);
  const std::size_t from = base::align_up(start + size, Os::page_size());
  const std::size_t to = base::align_down(start + usable, Os::page_size());
  if (to < from + worth_a_call) return;
  // Refused: the pages stay, as they would without the attempt.
  static_cast<void>(
      Os::decommit(reinterpret_cast<void*>(from), to - from, strata::os::decommit_mode::immediate));
}

// No live block starts at `pointer`.
template <class Os>
[[noreturn, gnu::cold, gnu::noinline]] void report_unused(const basic_domain<Os>& domain,
                                                          const void* pointer) noexcept {
  const slab& record = domain.slabs.find(pointer);
  const std::byte* start = domain.slabs.address_of(record);
  if (record.state == slab_state::was_large && start == pointer) {
    base::report_double_free(pointer, record.large_bytes);
  }
  for (std::size_t granule = domain.slabs.granule_of(record); granule-- > 0;) {
    const slab& before = domain.slabs.at(granule);
    if (before.state == slab_state::none || before.state == slab_state::was_large) continue;
    const std::byte* block = domain.slabs.address_of(before);
    if (before.state != slab_state::large) break;
    if (base::distance(block, pointer) >= before.large_bytes) break;
    base::report_interior_free(pointer, block, before.large_bytes);
  }
  base::report_free_of_unused(pointer);
}

// The slab, or large block, that starts at `start` has no live block at `pointer`.
[[noreturn, gnu::cold, gnu::noinline]] inline void report_not_a_block(
    const slab& head, const std::byte* start, const void* pointer) noexcept {
  const std::size_t size = usable_bytes(head);
  const std::size_t offset = base::distance(start, pointer);
  if (!is_large(head) && offset % size == 0) base::report_free_of_unused(pointer);
  if (!base::is_aligned(pointer, block_alignment)) base::report_misaligned_free(pointer);
  base::report_interior_free(pointer, start + offset / size * size, size);
}

// The head record of the block that starts at `pointer`; any other pointer ends
// the program with its diagnosis.
template <class Os>
[[nodiscard]] slab& find_block(const basic_domain<Os>& domain, const void* pointer) noexcept {
  if (!domain.regions.window().contains(pointer)) base::report_foreign_free(pointer);
  slab& head = head_of(domain.slabs.find(pointer));
  const slab_state state = base::racy_load(head.state);
  if (state == slab_state::none || state == slab_state::was_large) report_unused(domain, pointer);
  const std::byte* start = domain.slabs.address_of(head);
  const bool found =
      state == slab_state::large ? pointer == start : is_block_start(head, start, pointer);
  if (!found) [[unlikely]]
    report_not_a_block(head, start, pointer);
  return head;
}

}  // namespace strata::core
