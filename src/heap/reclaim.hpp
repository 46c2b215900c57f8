// Memory of a thread that sleeps while others free its blocks.
//
// Freed blocks wait in their slabs until the owner looks. A program whose workers
// fall asleep after a peak, while its main thread frees what they allocated,
// would keep all of it resident. So the thread whose post makes a slab complete,
// with every block of it posted, gives the slab's pages back itself once more of
// them wait than a heap may retain.
//
//   in_use  --the post that completes it-->  leaving  -->  gone
//                                               |            the owner finds it in its mail,
//                                               pages go     and gives the slab to its heap
//
// It must be the post itself, one compare-and-swap: behind it, the owner may have
// made the slab another one, whose word happens to look the same.
//
// Nobody else holds such blocks: each block of a slab is live, or with the owner,
// or posted. In the owner's eyes the slab stays full until it looks; while the
// slab is leaving, the owner leaves it alone, and finds it in its mail again.
#pragma once

#include "heap/domain.hpp"
#include "heap/remote.hpp"

namespace strata::core {

[[nodiscard]] inline bool is_gone(slab& head) noexcept {
  const remote_word::fate now = remote_now(head).state();
  return now == remote_word::fate::gone || now == remote_word::fate::gone_resident;
}

// Gives the pages of a slab back that the caller's post made leave. True: the
// slab is not in its owner's mail, and the caller must put it there.
template <class Os>
[[nodiscard]] bool reclaim_slab(basic_domain<Os>& domain, slab& head) noexcept {
  using fate = remote_word::fate;
  const bool given = Os::decommit(domain.slabs.address_of(head), slab_bytes(head.size_class),
                                  os::decommit_mode::immediate);
  const remote_word end = remote_word(given ? fate::gone : fate::gone_resident).mailed();
  const remote_word before(remote_of(head).exchange(end.bits(), std::memory_order_seq_cst));
  return !before.is_mailed();
}

// For the owner, who found the slab in its mail: the posted blocks, or the news
// that it is gone. A slab that is leaving stays as it is, but for the mail.
[[nodiscard]] inline remote_word take_posted(slab& head) noexcept {
  auto word = remote_of(head);
  std::uint32_t bits = word.load(std::memory_order_relaxed);
  for (;;) {
    const remote_word before(bits);
    const bool leaving = before.state() == remote_word::fate::leaving;
    const std::uint32_t after = leaving ? remote_word(remote_word::fate::leaving).bits() : 0;
    if (word.compare_exchange_weak(bits, after, std::memory_order_seq_cst,
                                   std::memory_order_relaxed)) {
      return before;
    }
  }
}

}  // namespace strata::core
