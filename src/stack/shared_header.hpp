// The first bytes of a shared region, and looking at what another process may change
// meanwhile. Whoever attaches reads each field once and goes by the copy.
//
//   | magic | version, header_bytes | bytes | next | root | unused |
//   0       8                       16      24     32     40      64
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace strata::core {

struct shared_header {
  static constexpr std::uint64_t magic_expected = 0x01'6E'67'65'72'2D'74'73;  // "st-regn", 1
  static constexpr std::uint32_t version_expected = 1;

  std::uint64_t magic;
  std::uint32_t version;
  std::uint32_t header_bytes;
  std::uint64_t bytes;
  std::atomic<std::uint64_t> next;  // what lies before was given out
  std::atomic<std::uint64_t> root;
  std::uint64_t unused[3];
};

static_assert(sizeof(shared_header) == 64);
static_assert(std::atomic<std::uint64_t>::is_always_lock_free,
              "a lock in the memory of one process does not hold another");

// An atomic load, so that the compiler does not read again after the check.
template <class T>
[[nodiscard]] T read_once(T& shared) noexcept {
  return std::atomic_ref(shared).load(std::memory_order_relaxed);
}

}  // namespace strata::core
