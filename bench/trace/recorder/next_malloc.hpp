// The malloc that would serve the program without the recorder: the next definition
// after ours. Finding it may itself allocate, from a small buffer.
#pragma once

#include <cstddef>

namespace strata::trace {

struct malloc_functions {
  void* (*malloc)(std::size_t);
  void* (*calloc)(std::size_t, std::size_t);
  void* (*realloc)(void*, std::size_t);
  void* (*memalign)(std::size_t, std::size_t);
  int (*posix_memalign)(void**, std::size_t, std::size_t);
  void* (*aligned_alloc)(std::size_t, std::size_t);
  void (*free)(void*);
};

// Finds them on the first call. nullptr while that is under way: then the early
// functions must serve.
[[nodiscard]] const malloc_functions* next_malloc() noexcept;

// Zeroed memory that is never given back; ends the process when there is no more.
[[nodiscard]] void* early_allocate(std::size_t bytes) noexcept;
[[nodiscard]] bool is_early(const void* block) noexcept;

// How many bytes may be read from an early block: up to the end of the buffer.
[[nodiscard]] std::size_t early_readable(const void* block) noexcept;

}  // namespace strata::trace
