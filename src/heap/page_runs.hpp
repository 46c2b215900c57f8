// Granules without a heap: whole pages that a page resource takes from the
// regions and gives back. Nobody finds them by an address: their records say
// "none", so that free() of such a pointer ends in the diagnosis for memory that
// holds no block.
//
//   granule  [ pages that were asked for .......... | not asked for ]
//            ^ always the start of a granule        ^ never touched
//
// Regions hold zeros where they are free. So what is taken is zero, and what
// comes back is decommitted first; what cannot be is lost. The only lock is the
// regions', which fork knows.
#pragma once

#include <cstddef>

#include "heap/lookup.hpp"

namespace strata::core {

template <class Os>
class basic_page_runs {
 public:
  using domain = basic_domain<Os>;

  explicit basic_page_runs(domain& shared) noexcept : domain_(shared) {}

  // Requires a power of two. nullptr: refused.
  [[nodiscard]] void* take(std::size_t bytes, std::size_t alignment) noexcept {
    const auto& window = domain_.regions.window();
    if (bytes > window.size() || alignment > window.size()) return nullptr;
    const std::size_t step = alignment > granule_bytes ? alignment / granule_bytes : 1;
    const granule_run run = domain_.regions.take_run(granules_of(bytes), step);
    if (!run) return nullptr;
    forget_large_block(domain_.slabs.at(run.first));
    return window.address(run.first);
  }

  // What was not taken here, or was given already, ends the program.
  void give(void* pages, std::size_t bytes) noexcept {
    const auto& window = domain_.regions.window();
    check_taken(pages, bytes);
    const granule_run run{window.granule_of(pages), granules_of(bytes)};
    if (!Os::decommit(pages, run.bytes(), os::decommit_mode::immediate)) return;
    domain_.regions.return_run(run);
  }

 private:
  [[nodiscard]] static std::size_t granules_of(std::size_t bytes) noexcept {
    return granules_for(bytes == 0 ? 1 : bytes);
  }

  // Else freeing these pages would be taken for a second free of that block.
  static void forget_large_block(slab& first) noexcept {
    base::racy_store(first.state, slab_state::none);
  }

  void check_taken(const void* pages, std::size_t bytes) noexcept {
    const auto& window = domain_.regions.window();
    if (!window.contains(pages) || !base::is_aligned(pages, granule_bytes)) {
      base::report_foreign_free(pages);
    }
    const std::size_t granule = window.granule_of(pages);
    if (domain_.regions.is_free(granule)) base::report_double_free(pages, bytes);
    const slab_state state = base::racy_load(domain_.slabs.at(granule).state);
    if (state != slab_state::none) base::report_foreign_free(pages);
  }

  domain& domain_;
};

}  // namespace strata::core
