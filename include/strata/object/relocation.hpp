// How an object is brought to another place: what strata::compacting_arena asks of
// each type it holds.
//
//   struct row { ... };                     // trivially copyable: there is nothing to say
//
//   template <>                             // copying its bytes does as well
//   inline constexpr bool strata::trivially_relocatable<matrix> = true;
//
//   auto any = strata::relocation{.alignment = 16, .move = move_any, .destroy = end_any};
#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

namespace strata {

/// Whether an object of the type may be moved by copying its bytes and forgetting the
/// old ones, without its constructor and destructor. A program may say so of its own
/// types: what owns memory by a pointer usually qualifies; what contains its own
/// address, or is registered under it, does not.
template <class T>
inline constexpr bool trivially_relocatable = std::is_trivially_copyable_v<T>;

/// What can be moved: by its bytes, or by a move constructor that does not throw.
template <class T>
concept relocatable = std::is_nothrow_destructible_v<T> &&
    (trivially_relocatable<T> || std::is_nothrow_move_constructible_v<T>);

/// How the objects of a kind are moved and ended. Must live as long as they do. The
/// functions get the bytes that the object's place has, and must not use the arena.
struct relocation {
  std::size_t alignment = alignof(std::max_align_t);  ///< a power of two, at most 64
  /// Makes the object at `to`, which does not overlap it, and ends it at `from`;
  /// nullptr: its bytes are copied.
  void (*move)(void* to, void* from, std::size_t bytes) noexcept = nullptr;
  /// Called before the memory ends; nullptr: nothing to do.
  void (*destroy)(void* object, std::size_t bytes) noexcept = nullptr;
};

namespace detail {

template <class T>
void move_object(void* to, void* from, std::size_t) noexcept {
  T* const old = static_cast<T*>(from);
  std::construct_at(static_cast<T*>(to), std::move(*old));
  std::destroy_at(old);
}

template <class T>
void destroy_object(void* object, std::size_t) noexcept {
  std::destroy_at(static_cast<T*>(object));
}

}  // namespace detail

/// That of a type of C++.
template <relocatable T>
inline constexpr relocation relocation_of = {
    .alignment = alignof(T),
    .move = trivially_relocatable<T> ? nullptr : detail::move_object<T>,
    .destroy = std::is_trivially_destructible_v<T> ? nullptr : detail::destroy_object<T>};

/// That of bytes, from an address that is a multiple of `Alignment`.
template <std::size_t Alignment>
inline constexpr relocation relocation_of_bytes = {.alignment = Alignment};

}  // namespace strata
