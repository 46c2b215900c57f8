// How objects end, and what other threads send; see strata/object/detail/object_core.hpp.
//
// An object's drop drops other references, whose objects would end within its frame, and
// so on down a list. Instead, what dies while another object ends waits on a list through
// the headers of the dead, and ends after: one frame, however deep, and no allocation.
// (J. Weizenbaum, Symmetric List Processor, 1963, deferred the ends of cells that way.)
#include <strata/object/counting.hpp>
#include <strata/object/cycle_collector.hpp>
#include <strata/object/detail/object_core.hpp>

#include <algorithm>
#include <bit>
#include <utility>

namespace strata::detail {
namespace {

// So much of an owner's count moves at once, so that what others count has room both ways.
constexpr std::uint32_t moved_most = 1 << 22;

constexpr std::uint32_t counts_in_flags = object_merged | object_posted | shared_bits;

struct merged_counts {
  std::uint32_t flags;
  std::uint32_t moved;
};

merged_counts merge(std::uint32_t flags, std::uint32_t owned) noexcept {
  flags &= ~object_posted;
  if ((flags & (object_merged | object_immortal)) != 0) return {flags, 0};
  const auto room = static_cast<std::uint32_t>(shared_most - shared_of(flags));
  const std::uint32_t moved = std::min({owned, moved_most, room});
  const std::uint32_t after =
      with_shared(flags, shared_of(flags) + static_cast<std::int32_t>(moved));
  return {moved == owned ? after | object_merged : after, moved};
}

// Returns: whether no reference is left.
bool merge_counts(object_header& header) noexcept {
  const std::uint32_t owned = count_of(header).load(std::memory_order_relaxed);
  std::uint32_t seen = flags_of(header);
  merged_counts after{};
  do {
    after = merge(seen, owned);
  } while (!all_flags(header).compare_exchange_weak(seen, after.flags, std::memory_order_acq_rel,
                                                    std::memory_order_relaxed));
  count_of(header).store(owned - after.moved, std::memory_order_relaxed);
  return (after.flags & object_merged) != 0 && shared_of(after.flags) == 0;
}

}  // namespace

// -- Here -------------------------------------------------------------------------------

void object_core::end(object_header& header) noexcept {
  object_core& home = home_of(header);
  if (home.counting_ != counting_kind::plain && !home.is_owner()) [[unlikely]] {
    return home.post_dead(header);
  }
  home.end_here(header);
}

void object_core::end_here(object_header& header) noexcept {
  const bool is_first = !std::exchange(is_draining_, true);
  prepare_end(header);
  if (!is_first) return make_pending(header);
  take_mail();
  end_one(header);
  is_draining_ = false;
  drain(step_objects_ - 1, 1);
}

// From here on nothing leads to the object, and its count is free for a link. Whoever tries
// to lock a weak reference reads the header until it is forgotten, and not after.
void object_core::prepare_end(object_header& header) noexcept {
  if ((flags_of(header) & object_observed) != 0) forget(header);
  if (counting_ == counting_kind::biased) header.flags &= ~counts_in_flags;
  header.flags = (header.flags & ~link_in_flags) | object_ending;
  header.count = 0;
}

void object_core::make_pending(object_header& header) noexcept {
  link_to(header, pending_);
  pending_ = &header;
  ++pending_count_;
}

object_header& object_core::take_pending() noexcept {
  object_header& header = *pending_;
  pending_ = linked(header);
  link_to(header, nullptr);
  --pending_count_;
  return header;
}

void object_core::drain(std::size_t objects_max, std::size_t ended_before) noexcept {
  if (is_draining_ || pending_ == nullptr) return;
  is_draining_ = true;
  std::size_t ended = 0;
  for (; ended < objects_max && pending_ != nullptr; ++ended) end_one(take_pending());
  step_longest_ = std::max<std::uint64_t>(step_longest_, ended_before + ended);
  is_draining_ = false;
}

void object_core::end_one(object_header& header) noexcept {
  const object_type& type = *header.type;
  if (type.finalise != nullptr && comes_back(header)) return;
  if (type.drop != nullptr) type.drop(object_of(header));
  if ((header.flags & object_kept) != 0) {
    header.flags |= object_dropped;  // the rest is its collector's
  } else {
    release(header);
  }
}

void object_core::condemn(object_header& header) noexcept {
  if ((header.flags & object_observed) != 0) home_of(header).forget(header);
  header.flags |= object_ending;
}

// The object is as alive as any while the program looks at it, once.
bool object_core::comes_back(object_header& header) noexcept {
  if ((header.flags & object_finalised) != 0) return false;
  header.flags = (header.flags & ~object_ending) | object_finalised;
  revive(header);
  header.type->finalise(object_of(header));
  if (!subtract(header)) return true;
  prepare_end(header);
  return false;
}

// With one reference, by the owner where it can.
void object_core::revive(object_header& header) noexcept {
  const bool is_shared = counting_ == counting_kind::biased && (header.flags & object_alone) != 0;
  header.count = is_shared ? 0 : 1;
  if (is_shared) header.flags = with_shared(header.flags | object_merged, 1);
}

// -- From other threads -------------------------------------------------------------------

void object_core::post_dead(object_header& header) noexcept {
  const std::lock_guard lock(mutex_);
  header.flags |= object_ending;
  if (counting_ == counting_kind::biased) header.flags &= ~counts_in_flags;
  link_to(header, mail_dead_);
  mail_dead_ = &header;
  has_mail_.store(true, std::memory_order_relaxed);
}

void object_core::post_unmerged(object_header& header) noexcept {
  object_chunk& chunk = chunk_of(header);
  object_core& home = *chunk.home;
  const std::lock_guard lock(home.mutex_);
  unmerged_of(chunk).set(reinterpret_cast<std::uintptr_t>(&header) % object_chunk_bytes);
  if (!chunk.has_mail) {
    chunk.has_mail = true;
    chunk.next_mail = home.mail_chunks_;
    home.mail_chunks_ = &chunk;
  }
  home.has_mail_.store(true, std::memory_order_relaxed);
}

// A flag that is seen late is seen at the next request. Nothing ends here: a record of weak
// references that is let go waits like the rest, for the step that its caller makes.
void object_core::take_mail() noexcept {
  if (!has_mail_.load(std::memory_order_relaxed)) return;
  const bool was_draining = std::exchange(is_draining_, true);
  object_header* dead = nullptr;
  {
    const std::lock_guard lock(mutex_);
    has_mail_.store(false, std::memory_order_relaxed);
    dead = std::exchange(mail_dead_, nullptr);
  }
  while (dead != nullptr) {
    object_header& header = *dead;
    dead = linked(header);
    prepare_end(header);
    make_pending(header);
  }
  chunk_bits posted;
  while (object_chunk* const chunk = next_mailed(posted)) merge_posted(*chunk, posted);
  is_draining_ = was_draining;
}

// Returns: a chunk with mail, which it has no more, and which objects it is about.
object_chunk* object_core::next_mailed(chunk_bits& posted) noexcept {
  const std::lock_guard lock(mutex_);
  object_chunk* const chunk = mail_chunks_;
  if (chunk == nullptr) return nullptr;
  mail_chunks_ = chunk->next_mail;
  chunk->has_mail = false;
  posted = std::exchange(unmerged_of(*chunk), chunk_bits{});
  return chunk;
}

void object_core::merge_posted(object_chunk& chunk, const chunk_bits& posted) noexcept {
  auto* const base = reinterpret_cast<std::byte*>(&chunk);
  for (std::size_t word = 0; word < std::size(posted.words); ++word) {
    for (std::uint64_t rest = posted.words[word]; rest != 0; rest &= rest - 1) {
      const std::size_t bit = word * 64 + static_cast<std::size_t>(std::countr_zero(rest));
      auto& header = *reinterpret_cast<object_header*>(base + bit * object_header_bytes);
      if (!merge_counts(header)) continue;
      prepare_end(header);
      make_pending(header);
    }
  }
}

// -- By the kind of counting ----------------------------------------------------------------

void object_core::add(object_header& header) const noexcept {
  switch (counting_) {
    case counting_kind::plain:
      return plain_counting::add(header);
    case counting_kind::atomic:
      return atomic_counting::add(header);
    case counting_kind::biased:
      return biased_counting::add(header);
  }
}

bool object_core::subtract(object_header& header) const noexcept {
  switch (counting_) {
    case counting_kind::plain:
      if (companion_ != nullptr) return collected_counting::subtract(header);
      return plain_counting::subtract(header);
    case counting_kind::atomic:
      return atomic_counting::subtract(header);
    case counting_kind::biased:
      return biased_counting::subtract(header);
  }
  return false;
}

std::unique_lock<std::mutex> object_core::lock_if_threaded() noexcept {
  return counting_ == counting_kind::plain ? std::unique_lock<std::mutex>()
                                           : std::unique_lock(mutex_);
}

}  // namespace strata::detail
