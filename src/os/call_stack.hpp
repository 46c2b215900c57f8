// Where a call came from, and what it is called: for diagnoses and leak reports.
// Part of the C++ library, not of what runs under malloc: naming allocates.
//
// Contract, for every system:
//   - capture allocates nothing, takes no lock that an allocation may hold, and
//     preserves errno. It stops where the system knows no caller any more; code
//     without unwind tables ends it early.
//   - A captured address is a return address: one past the call. locate takes it
//     as it is, and looks at the call.
//   - locate may allocate with malloc and read files, so hold no lock of a
//     resource meanwhile. What it does not know is empty.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace strata::os {

// Fills `frames` with the return addresses of the callers, innermost first, from
// the frame that returns to `caller` on (__builtin_return_address(0) of the
// function where the library was entered): what lies inside it is left out. When
// that frame is not found, nothing is left out.
// Returns: how many were filled.
[[nodiscard]] std::size_t capture_call_stack(const void* caller, std::span<void*> frames) noexcept;

struct code_place {
  std::string_view function;    // readable; empty: unknown
  std::size_t function_offset;  // of the call
  std::string_view module;      // the file of the program or library; empty: unknown
  std::size_t module_offset;    // what addr2line -e wants
};

// `buffer` keeps the function's name, cut where it does not fit; the module's
// lives as long as the module is loaded.
[[nodiscard]] code_place locate(const void* return_address, std::span<char> buffer) noexcept;

struct code_module {
  std::string_view file;  // of the program or library; empty: unknown
  std::size_t offset;     // what addr2line -e wants
};

// Allocates nothing and takes no lock but the dynamic linker's. Of a return address
// the offset is that of the call.
[[nodiscard]] code_module module_of(const void* return_address) noexcept;

}  // namespace strata::os
