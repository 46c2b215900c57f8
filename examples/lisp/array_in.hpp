// Arrays of pointers that live as long as an arena.
#pragma once

#include <cstddef>
#include <memory>
#include <memory_resource>
#include <span>

#include <strata/arena/arena.hpp>

namespace lisp {

/// Returns: so many null pointers.
template <class Pointer>
std::span<Pointer> array_in(strata::arena& memory, std::size_t count) {
  Pointer* const first = std::pmr::polymorphic_allocator<Pointer>(&memory).allocate(count);
  std::uninitialized_value_construct_n(first, count);
  return {first, count};
}

}  // namespace lisp
