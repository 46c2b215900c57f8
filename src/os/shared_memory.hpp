// Memory that processes share: files without names, claims on them, and sleeping on a
// word in them. Not in the malloc core.
//
// Nothing here changes errno, and a refusal is a value: -1, nullptr, false.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace strata::os {

// A file of so many zeros, whole pages, that nobody can shrink or grow any more: what
// maps it cannot lose its pages to another process. `name` is shown in /proc.
[[nodiscard]] int make_memory_file(const char* name, std::size_t bytes) noexcept;

// The size of a file that nobody can shrink; 0: it is none.
[[nodiscard]] std::size_t fixed_size_of(int file) noexcept;

[[nodiscard]] int duplicate_file(int file) noexcept;
void close_file(int file) noexcept;

[[nodiscard]] void* map_file(int file, std::size_t bytes) noexcept;
void unmap_file(void* range, std::size_t bytes) noexcept;

// -- Claims -------------------------------------------------------------------------
// A claim is on one number of a file, and belongs to an opening of it. It ends when the
// last descriptor of the opening is closed: at the latest when the process ends,
// however it does.

// Opens again what `file` has open: an opening of its own.
[[nodiscard]] int open_again(int file) noexcept;
// False: another opening has it, or the system refuses.
[[nodiscard]] bool claim(int opening, std::uint64_t number) noexcept;
[[nodiscard]] bool claimed_by_another(int opening, std::uint64_t number) noexcept;

// -- Sleep --------------------------------------------------------------------------

// As wait_for and wake of the contract, for a word in shared memory.
void wait_shared(std::atomic<std::uint32_t>& word, std::uint32_t value, std::uint64_t ns) noexcept;
void wake_shared(std::atomic<std::uint32_t>& word) noexcept;

}  // namespace strata::os
