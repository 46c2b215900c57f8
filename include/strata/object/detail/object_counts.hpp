// The words of a header as threads see them, and the rare cases of counting. Not for
// programs.
//
// With biased counting the flags hold, in their lowest 24 bits, how many references
// other threads count, as a number with a sign; object_merged says that the owner's
// count is in there too, and `count` is then 0 for ever. object_posted says that the
// object was sent to its heap's thread, or is about to be: until that thread has dealt
// with it, it does not end.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include <strata/object/detail/object_chunk.hpp>
#include <strata/object/object_header.hpp>

namespace strata::detail {

/// What a count that never ends is: drops and copies of 2^30 references fit to either side.
inline constexpr std::uint32_t count_of_immortal = std::uint32_t{1} << 30;

inline constexpr std::uint32_t object_posted = 0x01000000;
/// With plain and atomic counting, of a dead object with object_kept: `drop` ran.
inline constexpr std::uint32_t object_dropped = object_merged;
inline constexpr std::uint32_t shared_bits = 0x00ffffff;
inline constexpr std::int32_t shared_most = 0x007fffff;

[[nodiscard]] inline std::atomic_ref<std::uint32_t> count_of(const object_header& header) noexcept {
  return std::atomic_ref(const_cast<object_header&>(header).count);
}
[[nodiscard]] inline std::atomic_ref<std::uint32_t> all_flags(
    const object_header& header) noexcept {
  return std::atomic_ref(const_cast<object_header&>(header).flags);
}
[[nodiscard]] inline std::uint32_t flags_of(const object_header& header) noexcept {
  return all_flags(header).load(std::memory_order_relaxed);
}
[[nodiscard]] inline bool is_immortal(const object_header& header) noexcept {
  return (flags_of(header) & object_immortal) != 0;
}

/// Returns: the references that other threads count.
[[nodiscard]] constexpr std::int32_t shared_of(std::uint32_t flags) noexcept {
  return static_cast<std::int32_t>(flags << 8) >> 8;
}
[[nodiscard]] constexpr std::uint32_t with_shared(std::uint32_t flags,
                                                  std::int32_t shared) noexcept {
  return (flags & ~shared_bits) | (static_cast<std::uint32_t>(shared) & shared_bits);
}

/// Requires: an object that is not alone, as one is whose `count` is not 0 with biased
///   counting.
[[nodiscard]] inline bool is_of_this_thread(const object_header& header) noexcept {
  return chunk_of(header).owner.load(std::memory_order_relaxed) == this_thread_token();
}

// -- The rare, in src/object/public_counting.cpp --------------------------------------

/// Returns: whether the object shall end, as subtract.
[[nodiscard, gnu::cold]] bool settle_plain(object_header& header) noexcept;
/// Of add: nothing; of subtract: as above.
bool settle_atomic(object_header& header, std::uint32_t before) noexcept;
void add_shared(object_header& header) noexcept;
/// The last reference that the owner counts, and those of others.
[[nodiscard]] bool subtract_biased(object_header& header) noexcept;

/// Requires: the lock of the heap is held, and the object's memory is the object's.
[[nodiscard]] bool try_add_atomic(object_header& header) noexcept;
[[nodiscard]] bool try_add_biased(object_header& header) noexcept;

/// Returns: the references to the object; with other threads about, a number of the past.
[[nodiscard]] std::size_t count_biased(const object_header& header) noexcept;

void make_immortal(object_header& header) noexcept;

}  // namespace strata::detail
