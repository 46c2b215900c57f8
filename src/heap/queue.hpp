// Tier 3: the queue, the life cycle of one size class's slabs in one local heap.
//
//              +--------------------- first free ---------------------+
//              v                                                      |
//   new --> active --> (exhausted) --> full                        partial
//             | ^                                                     |
//   set aside v |                                                     |
//           fresh   <- not yet handed out to its end                  |
//             ^                                                       |
//             +------ partial slabs are used up first, in order ------+
//
// `list` holds blocks that are taken out of their slab but not yet handed to
// the program: allocation pops from it and touches nothing else. (The process
// heap keeps the lists of the linear classes in thread-local storage.)
//
// Hot choice: `active`. Lookup: every slab of the class is `active`, `fresh`,
// or on one of the two lists. Owned by one thread, so nothing here is atomic.
#pragma once

#include <cstddef>
#include <cstdint>

#include "heap/slab_list.hpp"

namespace strata::core {

template <class Table>
struct alignas(64) queue {
  block* list = nullptr;
  slab* active = nullptr;
  slab* fresh = nullptr;  // may be the active one; the only one that is not fully extended
  slab_list<Table> partial;
  slab_list<Table> full;
  std::uint32_t slabs = 0;
  std::uint32_t refills = 0;
  std::uint64_t refilled_blocks = 0;

  // Moves the exhausted active slab out of the way.
  void set_aside(const Table& table) noexcept {
    if (active == nullptr) return;
    if (active == fresh) {
      active->state = slab_state::fresh;
    } else {
      active->state = slab_state::full;
      close_fast_path(*active);
      full.push_back(table, *active);
    }
    active = nullptr;
  }

  void activate(slab& chosen) noexcept {
    chosen.state = slab_state::active;
    active = &chosen;
  }

  [[nodiscard]] bool has_blocks() const noexcept {
    return (active != nullptr && active->free != nullptr) || !partial.empty() || fresh != nullptr;
  }

  // A slab with free blocks other than the active one, taken out of the queue.
  [[nodiscard]] slab* next_partial(const Table& table) noexcept {
    if (slab* waiting = partial.pop_front(table)) return waiting;
    return fresh != nullptr && fresh != active && fresh->free != nullptr ? fresh : nullptr;
  }

  // A block of a full slab came back.
  void reopen(const Table& table, slab& record) noexcept {
    full.remove(table, record);
    record.state = slab_state::partial;
    partial.push_back(table, record);
  }

  // A slab without live blocks leaves. Requires that it is neither active nor fresh.
  void drop(const Table& table, slab& record) noexcept {
    (record.state == slab_state::full ? full : partial).remove(table, record);
    --slabs;
  }

  // Visits every slab; the visitor may drop the one it is given.
  template <class Visitor>
  void for_each_slab(const Table& table, Visitor visit) const {
    if (active != nullptr) visit(*active);
    if (fresh != nullptr && fresh != active) visit(*fresh);
    for (const slab_list<Table>* from : {&partial, &full}) {
      for (slab* at = from->front(table); at != nullptr;) {
        slab* next = slab_list<Table>::next(table, *at);
        visit(*at);
        at = next;
      }
    }
  }

  // The states and counts of all slabs agree with where they are kept.
  [[nodiscard]] bool invariant(const Table& table) const noexcept {
    if (!partial.invariant(table, slab_state::partial)) return false;
    if (!full.invariant(table, slab_state::full)) return false;
    if (active != nullptr && active->state != slab_state::active) return false;
    if (fresh != nullptr && fresh != active && fresh->state != slab_state::fresh) return false;
    std::size_t count = 0;
    bool sound = true;
    for_each_slab(table, [&](const slab& record) {
      ++count;
      sound = sound && slab_invariant(record, table.address_of(record));
      sound = sound && (record.state != slab_state::partial || record.free != nullptr);
      sound = sound && (record.state != slab_state::full || is_exhausted(record));
    });
    return sound && count == slabs;
  }
};

}  // namespace strata::core
