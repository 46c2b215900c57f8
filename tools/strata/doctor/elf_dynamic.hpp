// What the loader reads of an ELF file: the libraries it needs, the symbols it
// exports, and the versions it needs and provides.
#pragma once

#include <elf.h>

#include <optional>
#include <span>
#include <string>

#include "doctor/elf_file.hpp"

namespace strata::tool {

// Adds to `facts`. Returns what is wrong with the file, or nothing.
[[nodiscard]] std::optional<std::string> read_dynamic(const file_bytes& file,
                                                      std::span<const Elf64_Phdr> segments,
                                                      const Elf64_Phdr& dynamic, elf_facts& facts);

}  // namespace strata::tool
