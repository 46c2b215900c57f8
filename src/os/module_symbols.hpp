// Names of functions that a module does not export: programs are seldom linked
// so that the dynamic linker knows their functions, but unless they are stripped
// their files do.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace strata::os {

struct module_symbol {
  std::string_view name;  // empty: not found
  std::size_t offset;     // of the address, from the function's start
};

// The function of the object file at `path` that holds `address`, as the file
// counts addresses. The name, as the linker knows it, is copied to `buffer`.
// Reads the file anew each time, and believes nothing it says without a check.
[[nodiscard]] module_symbol find_in_module(const char* path, std::uintptr_t address,
                                           std::span<char> buffer) noexcept;

}  // namespace strata::os
