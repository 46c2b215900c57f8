// Whole files, written without the C library: at process exit, when its
// buffers are gone, and without allocating.
#pragma once

#include <cstddef>

namespace strata::os {

// Replaces the contents of the file at `path` (NUL-terminated), creating it
// when needed. False when any of it failed; the file may then be incomplete.
// Leaves errno alone.
[[nodiscard]] bool write_file(const char* path, const void* data, std::size_t size) noexcept;

}  // namespace strata::os
