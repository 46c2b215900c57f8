// Numbers of the kernel's interface that are younger than the headers strata
// is built with. Whether the running kernel knows them shows at run time: it
// answers EINVAL, and the caller takes its other way.
#pragma once

namespace strata::os::linux_kernel {

inline constexpr int advice_free = 8;              // MADV_FREE, Linux 4.5
inline constexpr int advice_populate_write = 23;   // MADV_POPULATE_WRITE, 5.14
inline constexpr int advice_dontneed_locked = 24;  // MADV_DONTNEED_LOCKED, 5.18
inline constexpr int advice_collapse = 25;         // MADV_COLLAPSE, 6.1
inline constexpr int advice_guard_install = 102;   // MADV_GUARD_INSTALL, 6.13
inline constexpr int advice_guard_remove = 103;    // MADV_GUARD_REMOVE, 6.13

inline constexpr int map_fixed_noreplace = 0x100000;  // MAP_FIXED_NOREPLACE, 4.17
inline constexpr int remap_dontunmap = 4;             // MREMAP_DONTUNMAP, 5.7

inline constexpr int set_vma = 0x53564d41;  // PR_SET_VMA, 5.17
inline constexpr int set_vma_anon_name = 0;

inline constexpr int policy_preferred = 1;     // MPOL_PREFERRED
inline constexpr int policy_flag_node = 1;     // MPOL_F_NODE
inline constexpr int policy_flag_address = 2;  // MPOL_F_ADDR

}  // namespace strata::os::linux_kernel
