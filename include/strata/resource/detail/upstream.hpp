// Asking a resource that one stands on for memory, whatever kind it is.
// Not for programs.
#pragma once

#include <cstddef>
#include <memory_resource>
#include <new>

#include <strata/resource/resource.hpp>

namespace strata::detail {

/// Returns: a block of `from`; nullptr when it refuses. A strata resource is asked
///   without exceptions; of others, std::bad_alloc is a refusal.
/// Throws: what else a foreign resource throws ends the program.
template <class Resource>
[[nodiscard]] void* try_allocate_from(Resource& from, std::size_t bytes,
                                      std::size_t alignment) noexcept {
  if constexpr (resource<Resource>) {
    return from.try_allocate(bytes, alignment);
  } else {
    try {
      return from.allocate(bytes, alignment);
    } catch (const std::bad_alloc&) {
      return nullptr;
    }
  }
}

}  // namespace strata::detail
