// The allocators that take part in a comparison: which there are on this machine,
// and what --with says.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace strata::tool::compare {

struct contender {
  std::string name;
  std::filesystem::path library;  // to preload; empty: the C library's malloc
};

// Not one of the rivals: the C library's malloc, or a build of strata. The name of
// such a build begins with "strata".
[[nodiscard]] bool is_peer(const contender& allocator);

// glibc, strata, and every known allocator that is found.
[[nodiscard]] std::vector<contender> find_contenders();

// What --with names: known names, paths, and NAME=PATH. Throws usage_error.
[[nodiscard]] std::vector<contender> parse_contenders(const std::string& list);

}  // namespace strata::tool::compare
