// What strata calls a resource: a std::pmr::memory_resource that can also say
// no without throwing.
//
//   auto fill = [](strata::resource auto& from) { return from.try_allocate(100); };
//
// Every heap, arena, pool and adaptor models it; a static_assert next to each
// implementation says so, and one conformance suite tests them all.
#pragma once

#include <concepts>
#include <cstddef>
#include <memory_resource>

#include <strata/account/account.hpp>

namespace strata {

/// A block and the bytes in it that may be used: at least as many as asked for.
struct sized_block {
  void* block;
  std::size_t bytes;
};

/// Alignments are powers of two; where one is left out, it is
/// alignof(std::max_align_t). A request for no bytes gives a block of its own.
///
///   allocate      throws std::bad_alloc, or a class derived from it
///   try_allocate  gives nullptr where allocate throws
///   deallocate    takes the size and alignment that were asked for
template <class R>
concept resource = std::derived_from<R, std::pmr::memory_resource> &&
    requires(R& from, void* block, std::size_t bytes, std::size_t alignment) {
  { from.allocate(bytes) } -> std::same_as<void*>;
  { from.allocate(bytes, alignment) } -> std::same_as<void*>;
  { from.try_allocate(bytes) }
  noexcept->std::same_as<void*>;
  { from.try_allocate(bytes, alignment) }
  noexcept->std::same_as<void*>;
  { from.deallocate(block, bytes) }
  noexcept;
  { from.deallocate(block, bytes, alignment) }
  noexcept;
};

/// A resource whose blocks may be larger than asked for, and which says so. Its
/// deallocate takes any size from the one asked for to the one given.
template <class R>
concept generous_resource = resource<R> &&
    requires(R& from, std::size_t bytes, std::size_t alignment) {
  { from.allocate_at_least(bytes) } -> std::same_as<sized_block>;
  { from.allocate_at_least(bytes, alignment) } -> std::same_as<sized_block>;
};

/// A resource that charges an account of its own for what it takes.
template <class R>
concept accounted_resource = resource<R> && requires(const R& from) {
  { from.account() } -> std::same_as<account>;
};

}  // namespace strata
