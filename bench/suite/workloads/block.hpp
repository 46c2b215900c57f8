// A block from malloc that carries a tag in its first and last bytes, so that
// damage, overlap and lost contents are noticed when it is freed.
//
// The rest is touched as programs do: small blocks whole, large ones once per
// page, which is what decides over page faults.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>

#include "failure.hpp"

namespace strata::suite {

struct block {
  char* at = nullptr;
  std::size_t size = 0;
  std::uint64_t tag = 0;
};

inline constexpr std::size_t block_bytes_min = sizeof(std::uint64_t);

[[noreturn]] void fail_damaged(const block& damaged);

inline void paint(const block& b) {
  constexpr std::size_t small = 256;
  constexpr std::size_t page = 4096;
  if (b.size <= small) {
    std::memset(b.at, static_cast<int>(b.tag & 0xff), b.size);
  } else {
    for (std::size_t at = 0; at < b.size; at += page) b.at[at] = static_cast<char>(b.tag);
  }
  std::memcpy(b.at, &b.tag, sizeof b.tag);
  std::memcpy(b.at + b.size - sizeof b.tag, &b.tag, sizeof b.tag);
}

// In blocks of less than two tags the second overwrote a part of the first.
inline void verify(const block& b) {
  std::uint64_t first = 0;
  std::uint64_t last = 0;
  const std::size_t apart = std::min(b.size - sizeof first, sizeof first);
  std::memcpy(&first, b.at, apart);
  std::memcpy(&last, b.at + b.size - sizeof last, sizeof last);
  if (std::memcmp(&first, &b.tag, apart) != 0 || last != b.tag) [[unlikely]] {
    fail_damaged(b);
  }
}

// At least block_bytes_min bytes.
[[nodiscard]] inline block make_block(std::size_t size, std::uint64_t tag) {
  const block made{static_cast<char*>(std::malloc(size)), size, tag};
  if (made.at == nullptr) fail_refused("malloc", size);
  paint(made);
  return made;
}

// Verifies and frees; gives the tag. An empty block is 0.
inline std::uint64_t drop_block(block& b) {
  if (b.at == nullptr) return 0;
  verify(b);
  std::free(b.at);
  b.at = nullptr;
  return b.tag;
}

}  // namespace strata::suite
