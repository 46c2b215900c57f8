// Strings for the workloads that keep some.
#pragma once

#include <string>

#include "random_numbers.hpp"

namespace strata::suite {

// Letters that look random, and that can be told from the seed again.
[[nodiscard]] inline std::string text_of(std::uint64_t seed, std::size_t length) {
  random_numbers random(seed);
  std::string text(length, 'a');
  for (char& letter : text) letter = static_cast<char>('a' + static_cast<char>(random.below(26)));
  return text;
}

// FNV-1a: every letter counts.
[[nodiscard]] inline std::uint64_t hash_of(const std::string& text) {
  std::uint64_t hash = 0xcbf29ce484222325U;
  for (const char letter : text) {
    hash = (hash ^ static_cast<unsigned char>(letter)) * 0x100000001b3U;
  }
  return hash;
}

}  // namespace strata::suite
