// Pages for secrets, straight from the operating system, for strata::secret:
//
//   +---------+-----------------------------+-------+
//   |  lead   | the block: whole pages      | guard |
//   +---------+-----------------------------+-------+
//   no access   locked, not dumped            no access
//
// The lead is a page, or the alignment where that is more. The system is a parameter,
// so that tests can refuse each of its answers and look at what it gets back.
//
// Invariant: the system gets the block back wiped.
#pragma once

#include <strata/adaptor/wiping.hpp>

#include <algorithm>
#include <cstddef>

#include "base/base.hpp"
#include "os/os.hpp"

namespace strata::core {

template <class Os>
struct secret_pages {
  // Returns: 0 when there is no such size.
  [[nodiscard]] static std::size_t rounded(std::size_t bytes) noexcept {
    if (bytes > base::size_max) return 0;
    return base::align_up(std::max<std::size_t>(bytes, 1), Os::page_size());
  }

  // Returns: zeroed pages; nullptr when refused.
  // Requires: a size that rounded() gave.
  [[nodiscard]] static void* take(std::size_t size, std::size_t alignment,
                                  bool must_lock) noexcept {
    const std::size_t lead = lead_for(alignment);
    if (lead > base::size_max || size > base::size_max) return nullptr;
    const std::size_t whole = lead + size + Os::page_size();
    void* const range = Os::reserve(whole, lead, os::initial_access::none);
    if (range == nullptr) return nullptr;
    void* const block = base::advance(range, lead);
    if (!prepare(block, size, must_lock)) {
      Os::release(range, whole);
      return nullptr;
    }
    return block;
  }

  static void give(void* block, std::size_t size, std::size_t alignment) noexcept {
    wipe(block, size);
    const std::size_t lead = lead_for(alignment);
    Os::release(static_cast<std::byte*>(block) - lead, lead + size + Os::page_size());
  }

 private:
  [[nodiscard]] static std::size_t lead_for(std::size_t alignment) noexcept {
    return std::max(alignment, Os::page_size());
  }

  // The dump comes first: nothing is ever in the pages that a dump would show.
  [[nodiscard]] static bool prepare(void* block, std::size_t size, bool must_lock) noexcept {
    if (!Os::commit(block, size) || !Os::exclude_from_dump(block, size)) return false;
    return Os::lock_in_memory(block, size) || !must_lock;
  }
};

}  // namespace strata::core
