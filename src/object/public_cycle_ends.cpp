// The second half of a round: what is not live ends, and all else is forgotten. See
// strata/object/detail/cycle_search.hpp.
#include <strata/object/detail/cycle_search.hpp>

#include <strata/object/counting.hpp>

namespace strata::detail {
namespace {

constexpr std::size_t pops_at_once = 64;

}  // namespace

// Returns: the next object that is not live; nullptr: not among the next few words.
object_header* cycle_search::next_dead() noexcept {
  object_header* const header = walk_.next(table_);
  return header != nullptr && is_dead(*header) ? header : nullptr;
}

// A finaliser may bring anything back: what is dead all the same is found by the next
// round, with its finalisers done.
std::size_t cycle_search::finalise() noexcept {
  if (walk_.at_end(table_)) {
    abandon();
    return 1;
  }
  object_header* const header = next_dead();
  if (header == nullptr || (header->flags & (object_finalised | object_ending)) != 0) return 1;
  const object_type& type = *header->type;
  if (type.finalise == nullptr) return 1;
  header->flags |= object_finalised;
  plain_counting::add(*header);
  ++figures_.finalised;
  type.finalise(object_of(*header));
  if (plain_counting::subtract(*header)) object_core::end(*header);
  return 1;
}

std::size_t cycle_search::condemn() noexcept {
  if (walk_.at_end(table_)) {
    begin_walk(phase::drop);
    return 1;
  }
  if (object_header* const header = next_dead()) object_core::condemn(*header);
  return 1;
}

std::size_t cycle_search::drop() noexcept {
  if (walk_.at_end(table_)) {
    begin_walk(phase::release);
    return 1;
  }
  object_header* const header = next_dead();
  if (header == nullptr || header->type->drop == nullptr) return 1;
  header->type->drop(object_of(*header));
  return 2;
}

std::size_t cycle_search::release() noexcept {
  if (walk_.at_end(table_)) {
    begin_walk(phase::forget);
    return 1;
  }
  if (object_header* const header = next_dead()) {
    *table_.find(*header) = 0;
    object_core::release(*header);
    ++figures_.collected;
  }
  return 1;
}

void cycle_search::abandon() noexcept {
  abandoned_ = true;
  ++figures_.abandoned;
  begin_walk(phase::forget);
}

// Requires: a root of a round that was abandoned. One that went on may have released it.
void cycle_search::note_again(object_header& root) noexcept {
  const bool is_listed = (root.flags & object_colour) == object_purple;
  if (!is_listed && (root.flags & object_ending) == 0) note(root);
}

// What was listed again meanwhile stays known, as a candidate.
std::size_t cycle_search::forget() noexcept {
  if (!stack_.empty()) {
    for (std::size_t i = 0; i < pops_at_once && !stack_.empty(); ++i) (void)stack_.pop();
    return 1;
  }
  if (!roots_.empty()) {
    object_header& root = roots_.pop();
    if (abandoned_) note_again(root);
    return 1;
  }
  if (!walk_.at_end(table_)) {
    object_header* const header = walk_.next(table_);
    if (header == nullptr) return 1;
    *table_.find(*header) = 0;
    if ((header->flags & object_colour) != object_purple) let_go(*header);
    return 1;
  }
  if (table_.clear_some()) return cycle_table::leaf_work;
  end_round();
  return 1;
}

void cycle_search::end_round() noexcept {
  phase_ = phase::idle;
  abandoned_ = false;
  ++figures_.rounds;
}

cycle_statistics cycle_search::statistics() const noexcept {
  cycle_statistics all = figures_;
  all.candidates = candidates_.size() + entering_.size();
  all.table_bytes = table_.bytes();
  return all;
}

}  // namespace strata::detail
