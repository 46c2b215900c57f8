// What a heap of counted objects is made from, and what it says about itself.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <string_view>

#include <strata/account/account.hpp>
#include <strata/object/object_header.hpp>

namespace strata {

/// Where each object of an object heap lies.
enum class object_memory : std::uint8_t {
  pooled,  ///< among others of its size; its memory serves again at once
  bumped,  ///< behind the one before it; memory serves again when the heap ends or is cleared
  alone,   ///< in a block of its own from the upstream, which goes back when it ends
};

/// What an object heap is made from; every member may be left out.
struct object_heap_options {
  std::string_view name = {};       ///< in diagnoses, and of its account; cut to 63 bytes
  std::size_t limit = SIZE_MAX;     ///< of its account; SIZE_MAX: none
  const account* parent = nullptr;  ///< of its account; nullptr: the root
  /// Where memory comes from; nullptr: pages of its own. Over an upstream there is an
  /// account where name or limit is given: then the same bytes stand in both.
  std::pmr::memory_resource* upstream = nullptr;

  object_memory memory = object_memory::pooled;

  /// So many objects end, at most, within one drop of a reference, or one request for
  /// memory; what is left goes on with the next one, or with step. SIZE_MAX: all. At least 1;
  /// from 2 on, what is left gets less with every object that ends.
  std::size_t step_objects = SIZE_MAX;

  /// Whether objects may live when the heap ends: they are gone then, without `drop`.
  bool discards = false;
};

/// What an object heap holds at one moment.
struct object_heap_statistics {
  std::size_t objects;         ///< that live
  std::size_t object_bytes;    ///< what they ask for, with headers
  std::size_t immortal;        ///< how many of them never end by their count
  std::size_t pending;         ///< how many are dead, and wait to end
  std::size_t reserved;        ///< bytes taken from pages or the upstream
  std::size_t chunks;          ///< how many of them are chunks of 64 KiB
  std::size_t alone;           ///< how many objects have memory alone
  std::size_t weak_records;    ///< objects that are or were observed by weak references
  std::uint64_t step_longest;  ///< the most objects that ended within one drop, request or
                               ///< call of step; 0: none had to wait
};

/// The objects of one type.
struct object_type_statistics {
  const object_type* type;
  std::size_t objects;
  std::size_t bytes;  ///< what they ask for, with headers
};

}  // namespace strata
