// Will the preload work for this program? Judged from its file alone.
#pragma once

#include <filesystem>
#include <optional>

#include "doctor/elf_file.hpp"
#include "doctor/finding.hpp"

namespace strata::tool {

// What the library to preload is built for.
struct library_facts {
  std::filesystem::path path;
  elf_facts elf;
};

// `library`: nothing when none was found; then this command's own kind counts.
[[nodiscard]] findings check_program_file(const std::filesystem::path& file,
                                          const std::optional<library_facts>& library);

// Of a program already read; apart from the above for tests.
[[nodiscard]] findings check_program(const elf_facts& program, const elf_facts& library);

// Whether the C library that stands beside `loader` has every version that
// `library` needs. Nothing when there is no C library beside it.
[[nodiscard]] std::optional<finding> check_c_library(const std::filesystem::path& loader,
                                                     const elf_facts& library);

}  // namespace strata::tool
