// The rare cases of counting; see strata/object/detail/object_counts.hpp.
#include <strata/object/detail/object_counts.hpp>

#include <strata/base/detail/diagnosis.hpp>
#include <strata/object/detail/object_core.hpp>

namespace strata::detail {
namespace {

constexpr std::uint32_t deepest_below = 0xc0000000;  // 2^30 drops too many, as a count

// A program that goes on after this leaks the object, and does nothing worse.
void stick(object_header& header) noexcept {
  make_immortal(header);
  warn_too_many_references(header.type->name, object_of(header));
}

// A count below 1 that is not 0: dropped too often, or more references than it holds.
void judge_negative(object_header& header, std::uint32_t count) noexcept {
  if (count >= deepest_below) {
    report_dead_reference(is_free(header) ? nullptr : header.type->name, object_of(header));
  }
  stick(header);
}

// Whether a count that is not 0 would have counting look for the owner in a chunk, which
// an object with memory alone has not.
bool is_counted_in_flags(object_header& header) noexcept {
  return (flags_of(header) & object_alone) != 0 &&
         object_core::home_of(header).counting() == counting_kind::biased;
}

}  // namespace

void make_immortal(object_header& header) noexcept {
  // The flag first: who sees the count of an immortal object sees why.
  all_flags(header).fetch_or(object_immortal, std::memory_order_release);
  if (is_counted_in_flags(header)) return;
  count_of(header).store(count_of_immortal, std::memory_order_release);
}

// -- Plain ----------------------------------------------------------------------------

bool settle_plain(object_header& header) noexcept {
  if ((header.flags & object_immortal) != 0) {
    header.count = count_of_immortal;
    return false;
  }
  if (header.count == 0) return (header.flags & object_ending) == 0;
  judge_negative(header, header.count);
  return false;
}

// -- Atomic ---------------------------------------------------------------------------

bool settle_atomic(object_header& header, std::uint32_t before) noexcept {
  if (is_immortal(header)) return false;
  if (before != 1) {
    judge_negative(header, before == 0 ? UINT32_MAX : before);
    return false;
  }
  // What all other threads did to the object comes before its end.
  (void)count_of(header).load(std::memory_order_acquire);
  return (flags_of(header) & object_ending) == 0;
}

bool try_add_atomic(object_header& header) noexcept {
  if ((flags_of(header) & object_ending) != 0) return false;
  std::uint32_t seen = count_of(header).load(std::memory_order_relaxed);
  while (seen != 0) {
    if (count_of(header).compare_exchange_weak(seen, seen + 1, std::memory_order_relaxed)) {
      return true;
    }
  }
  return false;
}

// -- Biased ---------------------------------------------------------------------------

namespace {

// What a drop by one that does not own the object makes of the flags.
struct shared_drop {
  std::uint32_t after;
  bool is_last;
  bool is_unmerged;  // the owner has to look at it
};

shared_drop drop_shared(std::uint32_t flags) noexcept {
  const std::int32_t left = shared_of(flags) - 1;
  const std::uint32_t after = with_shared(flags, left);
  const bool merged = (flags & object_merged) != 0;
  const bool posted = (flags & object_posted) != 0;
  const bool is_last = merged && left == 0 && !posted;
  const bool is_unmerged = !merged && left < 0 && !posted;
  return {is_unmerged ? after | object_posted : after, is_last, is_unmerged};
}

bool subtract_shared(object_header& header) noexcept {
  std::uint32_t seen = flags_of(header);
  shared_drop drop;
  do {
    if ((seen & object_immortal) != 0) return false;
    const bool merged = (seen & object_merged) != 0;
    if ((merged && shared_of(seen) == 0) || is_free(header)) {
      judge_negative(header, UINT32_MAX);
    }
    if (shared_of(seen) == -shared_most) {
      stick(header);
      return false;
    }
    drop = drop_shared(seen);
  } while (!all_flags(header).compare_exchange_weak(seen, drop.after, std::memory_order_acq_rel,
                                                    std::memory_order_relaxed));
  if (drop.is_unmerged) object_core::post_unmerged(header);
  return drop.is_last;
}

bool subtract_owned(object_header& header, std::uint32_t before) noexcept {
  if (is_immortal(header)) return false;
  const std::uint32_t left = before - 1;
  if (left != 0) {
    judge_negative(header, left);
    return false;
  }
  count_of(header).store(0, std::memory_order_relaxed);
  // Nothing counted elsewhere, nor observed: nobody else can come to it.
  if (all_flags(header).load(std::memory_order_acquire) == 0) return true;
  const std::uint32_t flags = all_flags(header).fetch_or(object_merged, std::memory_order_acq_rel);
  return (flags & (object_ending | object_posted)) == 0 && shared_of(flags) == 0;
}

}  // namespace

void add_shared(object_header& header) noexcept {
  std::uint32_t seen = flags_of(header);
  do {
    if ((seen & object_immortal) != 0) return;
    if (shared_of(seen) == shared_most) return stick(header);
  } while (!all_flags(header).compare_exchange_weak(seen, with_shared(seen, shared_of(seen) + 1),
                                                    std::memory_order_relaxed));
}

bool subtract_biased(object_header& header) noexcept {
  const std::uint32_t before = count_of(header).load(std::memory_order_relaxed);
  if (before == 0 || !is_of_this_thread(header)) return subtract_shared(header);
  return subtract_owned(header, before);
}

bool try_add_biased(object_header& header) noexcept {
  std::uint32_t seen = flags_of(header);
  do {
    if ((seen & object_ending) != 0) return false;
    if ((seen & object_immortal) != 0) return true;
    if ((seen & object_merged) != 0 && shared_of(seen) == 0) return false;
    if (shared_of(seen) == shared_most) {
      stick(header);
      return true;
    }
  } while (!all_flags(header).compare_exchange_weak(seen, with_shared(seen, shared_of(seen) + 1),
                                                    std::memory_order_relaxed));
  return true;
}

std::size_t count_biased(const object_header& header) noexcept {
  if (is_immortal(header)) return count_of_immortal;
  const std::int64_t owned = count_of(header).load(std::memory_order_relaxed);
  const std::int64_t all = owned + shared_of(flags_of(header));
  return all > 0 ? static_cast<std::size_t>(all) : 0;
}

}  // namespace strata::detail
