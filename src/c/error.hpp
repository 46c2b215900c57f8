// How the C interface fails: a value, errno, and a sentence for
// strata_last_error. The sentences are constants, so that failing for want of
// memory needs none.
#pragma once

#include <cstddef>

namespace strata::c_interface {

// Each sets errno and the calling thread's last error, and returns nullptr, for
// the caller to pass on.
[[gnu::cold]] std::nullptr_t fail_memory() noexcept;                    // ENOMEM
[[gnu::cold]] std::nullptr_t fail_argument(const char* what) noexcept;  // EINVAL

inline constexpr const char* null_heap = "strata: the heap is NULL";
inline constexpr const char* null_resource = "strata: the resource is NULL";
inline constexpr const char* bad_alignment = "strata: the alignment is not a power of two";

}  // namespace strata::c_interface
