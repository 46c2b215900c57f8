// What an ELF file says of itself, as far as it decides whether a library can be
// preloaded into it. Nothing in the file is believed before it was checked: a
// file that is truncated or lies gives a refusal, never a crash.
#pragma once

#include <cstdint>
#include <set>
#include <string>
#include <unordered_set>
#include <variant>
#include <vector>

#include "doctor/file_bytes.hpp"

namespace strata::tool {

// A version of another library's symbols that this file cannot do without.
struct needed_version {
  std::string library;  // "libc.so.6"
  std::string version;  // "GLIBC_2.34"
};

struct elf_facts {
  int bits = 0;  // 32 or 64
  bool big_endian = false;
  unsigned machine = 0;  // EM_...
  unsigned type = 0;     // ET_...

  // All below is read only of 64-bit little-endian files.
  std::string interpreter;  // the loader that it asks for; empty: none
  bool dynamic = false;     // it has a dynamic segment
  bool go = false;          // built by the Go compiler
  std::vector<std::string> needed;
  std::unordered_set<std::string> exported;  // dynamic symbols that it defines
  std::vector<needed_version> needed_versions;
  std::set<std::string> provided_versions;
};

struct elf_refusal {
  bool is_elf;         // the magic number is right
  std::string reason;  // completes "the file ..."
};

[[nodiscard]] std::variant<elf_facts, elf_refusal> read_elf(const file_bytes& file);

[[nodiscard]] std::string machine_name(unsigned machine);  // "x86-64", "machine 243"

}  // namespace strata::tool
