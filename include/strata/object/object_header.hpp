// The 16 bytes in front of every counted object, and what a type says of its objects:
// the layout of strata/c/object_layout.h, under C++ names.
//
//   strata::object_header& header = strata::header_of(object);
//   std::puts(header.type->name);
//
// Code that is not C++ may read and count objects by that layout: it is part of the
// interface. docs/internals/objects.md says why it is as it is.
#pragma once

#include <cstddef>
#include <cstdint>
#include <type_traits>

#include <strata/c/object_layout.h>

namespace strata {

using object_header = ::strata_object_header;
using object_type = ::strata_object_type;
using object_visitor = ::strata_object_visitor;

/// Flags of a header. Those of a collector, and the program's own, are there with plain
/// and atomic counting only.
enum object_flag : std::uint32_t {
  object_immortal = STRATA_OBJECT_IMMORTAL,
  object_alone = STRATA_OBJECT_ALONE,
  object_observed = STRATA_OBJECT_OBSERVED,
  object_ending = STRATA_OBJECT_ENDING,
  object_finalised = STRATA_OBJECT_FINALISED,
  object_merged = STRATA_OBJECT_MERGED,
  object_kept = STRATA_OBJECT_KEPT,
  object_colour = STRATA_OBJECT_COLOUR,
  object_black = STRATA_OBJECT_BLACK,
  object_grey = STRATA_OBJECT_GREY,
  object_white = STRATA_OBJECT_WHITE,
  object_purple = STRATA_OBJECT_PURPLE,
  object_own_bits = STRATA_OBJECT_OWN_BITS,
};

inline constexpr std::size_t object_header_bytes = sizeof(object_header);

/// What objects are aligned to when their type asks for less.
inline constexpr std::size_t object_alignment_least = 16;

static_assert(sizeof(object_header) == 16 && std::is_standard_layout_v<object_header>);
static_assert(offsetof(object_header, count) == sizeof(void*) &&
              offsetof(object_header, flags) == sizeof(void*) + 4);

/// Returns: the header of an object.
/// Requires: the address at which a counted object begins.
[[nodiscard]] inline object_header& header_of(const void* object) noexcept {
  return static_cast<object_header*>(const_cast<void*>(object))[-1];
}

/// Returns: the object that the header stands in front of.
[[nodiscard]] inline void* object_of(object_header& header) noexcept { return &header + 1; }

/// Returns: the bytes of a live object, without its header.
[[nodiscard]] inline std::size_t size_of(const void* object) noexcept {
  const object_type& type = *header_of(object).type;
  return type.size_of == nullptr ? type.size : type.size_of(object);
}

}  // namespace strata
