// Symbols that another module of the process may have brought.
#pragma once

namespace strata::os {

// The address of what the program sees by that name; nullptr: nothing. Needs the
// C++ library's surroundings: not for what runs under malloc.
[[nodiscard]] void* find_symbol(const char* name) noexcept;

}  // namespace strata::os
