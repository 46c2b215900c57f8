// How the C functions refuse: NULL and errno. Cold and never inlined, so that
// the allocating functions above them need no frame: they end in a jump here.
#pragma once

#include <cerrno>

namespace strata::core {

[[gnu::cold, gnu::noinline]] inline void* refuse_memory() noexcept {
  errno = ENOMEM;
  return nullptr;
}

[[gnu::cold, gnu::noinline]] inline void* refuse_argument() noexcept {
  errno = EINVAL;
  return nullptr;
}

// Passes a block through, and a refusal on to errno.
[[nodiscard, gnu::always_inline]] inline void* or_refuse(void* block) noexcept {
  if (block == nullptr) [[unlikely]]
    return refuse_memory();
  return block;
}

}  // namespace strata::core
