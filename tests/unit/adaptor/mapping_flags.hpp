// What the kernel says of the mapping at an address: the flags of
// /proc/self/smaps, such as "rd wr lo dd".
#pragma once

#include <cstdint>
#include <cstdio>
#include <fstream>
#include <string>

namespace strata::test {

// Surrounded by blanks, so that " lo " can be looked for; empty when nothing is there.
inline std::string mapping_flags(const void* address) {
  const auto wanted = reinterpret_cast<std::uintptr_t>(address);
  std::ifstream maps("/proc/self/smaps");
  bool here = false;
  for (std::string line; std::getline(maps, line);) {
    std::uintptr_t begin = 0;
    std::uintptr_t end = 0;
    if (std::sscanf(line.c_str(), "%zx-%zx ", &begin, &end) == 2) {
      here = begin <= wanted && wanted < end;
    } else if (here && line.starts_with("VmFlags:")) {
      return line.substr(8) + " ";
    }
  }
  return {};
}

}  // namespace strata::test
