// Memory of a thread that sleeps while others free its blocks.
//
// Freed blocks wait in the owner's inbox until it looks. A program whose workers
// fall asleep after a peak, while its main thread frees what they allocated,
// would keep all of it resident. So posts are counted by slab, and when slabs of
// which every block waits add up to more than a heap may retain, the thread that
// posts takes the inbox's chain, gives back the pages of those slabs, and posts
// the rest again.
//
//   chain   a1 b1 a2 c1 a3 b2 ...      blocks of slabs a, b, c
//   pass 1  count the blocks of each slab in the chain
//   pass 2  a slab with as many as it ever handed out is empty: its blocks
//           leave the chain; behind its last one its pages go to the OS
//
// Nobody else holds such blocks: each block of a slab is live, or with the
// owner, or in one chain. The owner finds the slab marked `emptied` when it
// looks into its mail. Until then it is full in the owner's eyes, and untouched.
#pragma once

#include <atomic>
#include <cstddef>

#include "heap/domain.hpp"
#include "heap/lookup.hpp"
#include "heap/remote.hpp"

namespace strata::core {

struct reclaimed {
  chain rest;
  std::size_t rest_bytes = 0;
  std::size_t slabs = 0;
};

struct posts {
  std::size_t bytes = 0;          // of the blocks
  std::size_t emptied_bytes = 0;  // of slabs that seem to be empty now
};

// Counts blocks that are about to be posted. A slab only seems to be empty: its
// owner may be draining it at this moment.
template <class Os>
[[nodiscard]] posts count_posts(const basic_domain<Os>& domain, const block* first) noexcept {
  posts counted;
  for (const block* at = first; at != nullptr; at = at->next) {
    slab& head = head_of(domain.slabs.find(at));
    const std::atomic_ref<std::uint16_t> posted(head.posted);
    const std::size_t before = posted.fetch_add(1, std::memory_order_relaxed);
    const auto waiting = static_cast<std::uint16_t>(before + 1 - base::racy_load(head.drained));
    counted.bytes += class_size(head.size_class);
    if (waiting == slab_capacity(head)) counted.emptied_bytes += slab_bytes(head.size_class);
  }
  return counted;
}

[[nodiscard]] inline bool is_gone(const slab& head) noexcept {
  return head.contents == slab_contents::gone || head.contents == slab_contents::gone_resident;
}

// The last block of the slab left the chain.
template <class Os>
void give_pages(basic_domain<Os>& domain, slab& head) noexcept {
  const bool given = Os::decommit(domain.slabs.address_of(head), slab_bytes(head.size_class),
                                  os::decommit_mode::immediate);
  base::racy_store(head.contents, given ? slab_contents::gone : slab_contents::gone_resident);
}

// Requires that nobody else does this for the same owner meanwhile.
template <class Os>
reclaimed reclaim_emptied(basic_domain<Os>& domain, block* waiting) noexcept {
  const auto slab_of = [&](const block* at) -> slab& { return head_of(domain.slabs.find(at)); };
  for (const block* at = waiting; at != nullptr; at = at->next) ++slab_of(at).counted;
  reclaimed result;
  for (block* at = waiting; at != nullptr;) {
    block* const next = at->next;
    slab& head = slab_of(at);
    if (head.counted == slab_capacity(head)) head.contents = slab_contents::leaving;
    --head.counted;
    if (head.contents != slab_contents::leaving) {
      result.rest.push(at);
      result.rest_bytes += class_size(head.size_class);
    } else if (head.counted == 0) {
      give_pages(domain, head);
      ++result.slabs;
    }
    at = next;
  }
  return result;
}

}  // namespace strata::core
