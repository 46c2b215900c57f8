// What programs are known to bring along that matters to a malloc: sanitizers,
// other allocators, and runtimes that keep heaps of their own.
#pragma once

#include <string>
#include <vector>

#include "doctor/elf_file.hpp"
#include "doctor/file_bytes.hpp"
#include "doctor/finding.hpp"

namespace strata::tool {

// The sanitizer whose runtime owns malloc in this program; empty: none.
[[nodiscard]] std::string sanitizer_in(const elf_facts& facts);
[[nodiscard]] std::string sanitizer_named_by(const std::string& library_path);

// The allocator that a library of this name brings; empty: none that we know.
[[nodiscard]] std::string allocator_named_by(const std::string& library_path);

// Functions of malloc's family that the program itself defines: the loader finds
// them before those of any preload.
[[nodiscard]] std::vector<std::string> own_malloc_functions(const elf_facts& facts);
[[nodiscard]] bool defines_operator_new(const elf_facts& facts);

// Allocators whose messages are in the file: linked in, maybe under other names.
[[nodiscard]] std::vector<std::string> allocators_by_message(const file_bytes& file);

// Notes about heaps that a runtime serves without malloc, or only partly with it.
[[nodiscard]] findings notes_on_runtimes(const elf_facts& facts);

}  // namespace strata::tool
