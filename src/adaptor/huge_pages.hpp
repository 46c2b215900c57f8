// Whole huge pages from the operating system, for strata::huge_page. The system is
// a parameter, so that tests can refuse each of its answers.
#pragma once

#include <algorithm>
#include <cstddef>

#include "base/base.hpp"
#include "os/os.hpp"

namespace strata::core {

template <class Os>
struct huge_pages {
  [[nodiscard]] static std::size_t page_bytes() noexcept {
    return std::max(Os::huge_page_size(), Os::page_size());
  }

  // Returns: 0 when there is no such size.
  [[nodiscard]] static std::size_t rounded(std::size_t bytes) noexcept {
    if (bytes > base::size_max) return 0;
    return base::align_up(std::max<std::size_t>(bytes, 1), page_bytes());
  }

  // Returns: zeroed pages; nullptr when refused. Without the advice they serve, too.
  // Requires: a size that rounded() gave.
  [[nodiscard]] static void* take(std::size_t size, std::size_t alignment) noexcept {
    void* const pages =
        Os::reserve(size, std::max(alignment, page_bytes()), os::initial_access::none);
    if (pages == nullptr) return nullptr;
    if (!Os::commit(pages, size)) {
      Os::release(pages, size);
      return nullptr;
    }
    Os::advise_huge(pages, size, true);
    return pages;
  }

  static void give(void* pages, std::size_t size) noexcept { Os::release(pages, size); }
};

}  // namespace strata::core
