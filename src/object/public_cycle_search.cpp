// The first half of a round: from candidates to what is not live. See
// strata/object/detail/cycle_search.hpp.
#include <strata/object/detail/cycle_search.hpp>

#include <strata/object/counting.hpp>

namespace strata::detail {
namespace {

// A program that changes what is examined faster than that is left alone for now.
constexpr std::size_t passes_max = 8;

std::uint32_t colour_of(const object_header& header) noexcept {
  return header.flags & object_colour;
}

void set_colour(object_header& header, std::uint32_t colour) noexcept {
  header.flags = (header.flags & ~std::uint32_t{object_colour}) | colour;
}

// Not while it is being made: then it has no type to ask.
bool may_be_in_cycle(const object_header& header) noexcept {
  return !is_free(header) && header.type->trace != nullptr &&
         (header.flags & (object_ending | object_immortal)) == 0;
}

}  // namespace

cycle_search::cycle_search(object_core& heap, pool_memory& memory)
    : heap_(&heap),
      table_(memory),
      candidates_(memory),
      entering_(memory),
      roots_(memory),
      stack_(memory),
      observed_(memory) {}

void cycle_search::finish() noexcept {
  if (phase_ < phase::condemn && phase_ != phase::idle) abandon();
  while (phase_ != phase::idle) advance();
  forget_all(entering_);
  forget_all(candidates_);
}

// -- Candidates -----------------------------------------------------------------------

void cycle_search::note(object_header& header) noexcept {
  if (candidates_.push(header)) {
    header.flags |= object_purple | object_kept;
    return;
  }
  ++figures_.lost;
  if (colour_of(header) == object_grey) set_colour(header, object_white);
}

void cycle_search::note_all() noexcept {
  heap_->for_each([&](object_header& header) {
    if (may_be_in_cycle(header) && colour_of(header) != object_purple) note(header);
  });
}

void cycle_search::forget_all(header_list& list) noexcept {
  while (!list.empty()) let_go(list.pop());
}

// An object that ended while it was known here is released here, once `drop` ran.
void cycle_search::let_go(object_header& header) noexcept {
  if ((header.flags & object_dropped) != 0) return object_core::release(header);
  header.flags &= ~std::uint32_t{object_colour | object_kept};
}

// -- Rounds -----------------------------------------------------------------------------

std::size_t cycle_search::advance() noexcept {
  switch (phase_) {
    case phase::idle:
      begin_round();
      return 1;
    case phase::enter:
      return enter();
    case phase::mark:
      return mark();
    case phase::verify:
      return verify();
    case phase::finalise:
      return finalise();
    case phase::condemn:
      return condemn();
    case phase::drop:
      return drop();
    case phase::release:
      return release();
    case phase::forget:
      return forget();
  }
  return 1;
}

void cycle_search::begin_round() noexcept {
  if (candidates_.empty()) return;
  entering_.swap(candidates_);
  abandoned_ = false;
  passes_ = 0;
  phase_ = phase::enter;
}

std::size_t cycle_search::enter() noexcept {
  if (entering_.empty()) {
    next_root_ = roots_.from_end();
    phase_ = phase::mark;
    return 1;
  }
  object_header& header = entering_.pop();
  const std::size_t leaves = table_.leaves();
  std::uint32_t* const word = may_be_in_cycle(header) ? table_.obtain(header) : nullptr;
  if (word == nullptr || !roots_.push(header)) {
    if (may_be_in_cycle(header)) ++figures_.lost;
    if (word != nullptr) *word = 0;
    let_go(header);
    return 1;
  }
  *word = cycle_table::known;
  set_colour(header, object_grey);
  ++figures_.examined;
  return 1 + (table_.leaves() - leaves) * cycle_table::leaf_work;
}

// The trace of a known object is followed once: what is known already is in the list of
// roots, or on the stack, or was followed.
std::size_t cycle_search::mark() noexcept {
  if (abandoned_) {
    abandon();
    return 1;
  }
  object_header* const next = stack_.empty() ? next_root_.next() : &stack_.pop();
  if (next == nullptr) {
    begin_walk(phase::verify);
    return 1;
  }
  return trace(*next, [](object_visitor* base, void* object) {
    auto& by = *static_cast<visitor*>(base);
    ++by.met;
    if (object != nullptr) by.search->count_reference(header_of(object));
  });
}

// A candidate of the next round is not followed: it will be live in this one.
void cycle_search::count_reference(object_header& to) noexcept {
  if (!may_be_in_cycle(to) || &object_core::home_of(to) != heap_) return;
  std::uint32_t* const word = table_.obtain(to);
  if (word == nullptr) {
    abandoned_ = true;
    return;
  }
  if (*word == 0) {
    *word = cycle_table::known;
    ++figures_.examined;
    to.flags |= object_kept;
    if (colour_of(to) == object_black) {
      set_colour(to, object_grey);
      abandoned_ = abandoned_ || !stack_.push(to);
    }
  }
  ++*word;
}

// What waits to end is whole, and has its references until it is dropped.
std::size_t cycle_search::trace(object_header& of, void (*visit)(object_visitor*, void*)) noexcept {
  if ((of.flags & object_dropped) != 0) return 1;
  visitor by{{visit}, this, 0};
  const std::size_t leaves = table_.leaves();
  of.type->trace(object_of(of), &by);
  return 1 + by.met + (table_.leaves() - leaves) * cycle_table::leaf_work;
}

// -- What is live -------------------------------------------------------------------------

bool cycle_search::looks_dead(object_header& header) noexcept {
  return colour_of(header) == object_grey && (header.flags & object_ending) == 0 &&
         header.count == (*table_.find(header) & cycle_table::count_bits);
}

bool cycle_search::is_dead(object_header& header) noexcept {
  return (*table_.find(header) & cycle_table::live) == 0;
}

void cycle_search::reach_live(object_header& header) noexcept {
  std::uint32_t* const word = table_.find(header);
  if (word == nullptr || (*word & cycle_table::known) == 0 || (*word & cycle_table::live) != 0) {
    return;
  }
  *word |= cycle_table::live;
  pass_found_live_ = true;
  abandoned_ = abandoned_ || !stack_.push(header);
}

std::size_t cycle_search::verify() noexcept {
  if (abandoned_) {
    abandon();
    return 1;
  }
  if (!stack_.empty()) {
    return trace(stack_.pop(), [](object_visitor* base, void* object) {
      auto& by = *static_cast<visitor*>(base);
      ++by.met;
      if (object != nullptr) by.search->reach_live(header_of(object));
    });
  }
  if (walk_.at_end(table_)) return end_pass();
  object_header* const header = walk_.next(table_);
  if (header == nullptr || !is_dead(*header)) return 1;
  if (!looks_dead(*header)) {
    reach_live(*header);
    return 1;
  }
  ++dead_;
  const object_type& type = *header->type;
  if (type.finalise != nullptr && (header->flags & object_finalised) == 0) ++finalisable_;
  if ((header->flags & object_observed) != 0) abandoned_ = abandoned_ || !observed_.push(*header);
  return 1;
}

// A pass that found new live ones found them too late for what it had passed before.
std::size_t cycle_search::end_pass() noexcept {
  if (pass_found_live_) {
    if (++passes_ == passes_max) {
      abandon();
    } else {
      begin_walk(phase::verify);
    }
  } else if (dead_ == 0) {
    begin_walk(phase::forget);
  } else if (finalisable_ != 0) {
    begin_walk(phase::finalise);
  } else {
    const std::size_t work = 1 + observed_.size();
    begin_walk(condemn_observed() ? phase::condemn : phase::verify);
    return work;
  }
  return 1;
}

void cycle_search::begin_walk(phase next) noexcept {
  phase_ = next;
  walk_ = {};
  pass_found_live_ = false;
  dead_ = finalisable_ = 0;
  observed_.clear();
}

// All at one moment: a weak reference may have led to one of them since it was passed,
// and from there to others. They are dead for weak references before anything else ends.
bool cycle_search::condemn_observed() noexcept {
  bool all_dead = true;
  for (auto at = observed_.from_end(); object_header* const header = at.next();) {
    all_dead = all_dead && looks_dead(*header);
  }
  if (!all_dead) return false;
  for (auto at = observed_.from_end(); object_header* const header = at.next();) {
    header->flags |= object_ending;
  }
  while (!observed_.empty()) object_core::condemn(observed_.pop());
  return true;
}

}  // namespace strata::detail
