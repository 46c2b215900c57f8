// How the library reaches the malloc that is in charge of the process.
//
// A program that links the library and runs on libstrata_malloc.so has two copies
// of the core, which share nothing: a block of one is foreign to the other. A
// heap of the library can't serve that malloc, so the malloc makes a heap that
// stands in for it, and charges the library's account for what it holds:
//
//     library's copy                              malloc's copy
//     heap "parser" --stand_in------------------> heap "parser"
//       account  <------charge_hook------------------'  (and an account of its own)
//
// What crosses is this table, plain functions and plain data. The layout is
// versioned; a table of another version is refused. The malloc shows it by
//
//   extern "C" const malloc_interface* strata_malloc_interface() noexcept;
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

#include "heap/malloc_redirection.hpp"

namespace strata::core {

class heap;
struct snapshot;

// Who else is charged for what a heap takes.
struct charge_hook {
  void* context = nullptr;
  bool (*charge)(void* context, std::size_t bytes, bool quiet) noexcept = nullptr;
  void (*discharge)(void* context, std::size_t bytes) noexcept = nullptr;
};

struct malloc_interface {
  static constexpr std::uint64_t version_now = 1;

  std::uint64_t version;
  std::uint64_t snapshot_bytes;  // what heap_snapshot fills
  const void* core;              // which copy: its process

  heap& (*process_heap)() noexcept;
  heap* (*heap_of)(const void* pointer) noexcept;
  heap* (*create_heap)(const char* name, std::size_t length, const charge_hook& hook) noexcept;
  void (*destroy_heap)(heap* ending) noexcept;
  void (*reset_heap)(heap* which) noexcept;
  std::size_t (*purge_heap)(heap& which) noexcept;
  bool (*walk_heap)(heap& which, bool (*visit)(void* context, void* block, std::size_t) noexcept,
                    void* context) noexcept;
  bool (*verify_heap)(heap& which) noexcept;
  void (*heap_snapshot)(heap& which, snapshot& into) noexcept;
  bool (*enter_scope)(heap& into, malloc_redirection& scope) noexcept;
  void (*leave_scope)(const malloc_redirection& scope) noexcept;
};

// The heap in the other copy that serves malloc in this heap's name, if any. Made
// by whoever needs it first; `malloc` is there when `made` is.
struct stand_in {
  std::atomic<const malloc_interface*> malloc{nullptr};
  std::atomic<heap*> made{nullptr};
};

// This copy's table.
[[nodiscard]] const malloc_interface& own_malloc_interface() noexcept;

}  // namespace strata::core
