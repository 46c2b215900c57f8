// The program's malloc as a resource: the C library's, or what stands in its
// place, strata's included.
//
//   strata::system_malloc malloc_resource;
//   strata::tracked counted(malloc_resource);
//
// Ownership: has no state; blocks outlive it, and plain free() takes them too.
// Threads: any. Equality: all objects of this type are equal. Cost: the calls.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <memory_resource>

#include <strata/resource/detail/adaptor.hpp>

namespace strata {

class system_malloc final : public detail::resource_base<system_malloc> {
 private:
  friend detail::resource_base<system_malloc>;

  template <class Asking>
  void* obtain(std::size_t bytes, std::size_t alignment) {
    void* const block = take(bytes, alignment);
    if (block == nullptr) [[unlikely]]
      return Asking::refuse("malloc", bytes);
    return block;
  }

  void give_back(void* block, std::size_t, std::size_t) noexcept { std::free(block); }

  // For no bytes malloc may return nullptr, and aligned_alloc wants multiples. No
  // block is as large as half the address space, and the malloc of a sanitizer ends
  // the program that asks for one.
  [[nodiscard]] static void* take(std::size_t bytes, std::size_t alignment) noexcept {
    if (bytes >= PTRDIFF_MAX - alignment) [[unlikely]]
      return nullptr;
    const std::size_t wanted = bytes == 0 ? 1 : bytes;
    if (alignment <= default_alignment) [[likely]]
      return std::malloc(wanted);
    return std::aligned_alloc(alignment, (wanted + alignment - 1) & ~(alignment - 1));
  }

  [[nodiscard]] bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override;
};

static_assert(resource<system_malloc>);

}  // namespace strata
