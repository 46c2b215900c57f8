// The idle stacks of a pool, and all that happens for each stack that is taken
// and given while they last. Not for programs.
//
// At each top lie the words of the pool, in the cache line that the fiber's first
// frames use, so that nothing else has to be touched:
//
//          line                             line
//   ... | 48 bytes of the stack | header | name                                  |
//                             top
//
// Idle stacks stand in an array, and the last that came is the first that goes:
//
//   begin        floor                end          ceiling      capacity
//     | not needed | needed since then | room        | room only in the slow path
//
// Everything rare is made a comparison that is there anyway: an empty list and
// fewer idle stacks than ever since the floor was set are `end == floor`; a full
// budget is `end == ceiling`; a name to be forgotten, a canary to be looked at, a
// stack given twice and a foreign one are a mark that is not the expected one.
#pragma once

#include <cstddef>
#include <cstdint>

#include <strata/base/detail/poison.hpp>

namespace strata::detail {

struct stack_header {
  static constexpr std::size_t bytes = 16;
  static constexpr std::size_t name_bytes = 64;
  static constexpr std::size_t all_bytes = bytes + name_bytes;

  std::uintptr_t mark;
  std::size_t size;  // from base to top
};

static_assert(sizeof(stack_header) == stack_header::bytes);

[[nodiscard]] inline stack_header& header_at(void* top) noexcept {
  return *static_cast<stack_header*>(top);
}

struct idle_stacks {
  static constexpr std::uintptr_t mark_idle = 0;  // as of a stack whose pages went back
  static constexpr std::uintptr_t mark_of_pool = 4;

  void** begin = nullptr;
  void** floor = nullptr;
  void** end = nullptr;
  void** ceiling = nullptr;
  std::uintptr_t mark_live = 0;  // what a stack bears when it is taken

  /// Returns: what a stack bears when it is given back; else something is to be done.
  ///   No other pool that lives has it, and it costs no load. It is no address of the
  ///   pool: these lie about in the frames of fibers, where a wrong top may point.
  [[nodiscard]] std::uintptr_t mark_expected() const noexcept {
    return reinterpret_cast<std::uintptr_t>(this) + mark_of_pool;
  }

  [[nodiscard]] std::size_t count() const noexcept { return static_cast<std::size_t>(end - begin); }

  /// Returns: the top of the stack that was given back last; nullptr: ask the store.
  [[nodiscard]] void* pop() noexcept {
    if (end == floor) [[unlikely]]
      return nullptr;
    void* const top = *--end;
    wake(top);
    return top;
  }

  /// Returns: whether the stack is idle now. False: nothing is done; ask the store.
  [[nodiscard]] bool push(void* top) noexcept {
    if (header_at(top).mark != mark_expected() || end == ceiling) [[unlikely]]
      return false;
    rest(top);
    *end++ = top;
    return true;
  }

  /// Effects: marks the stack as live; it may be touched again.
  void wake(void* top) const noexcept {
    header_at(top).mark = mark_live;
    if constexpr (poisons) unpoison(base_of(top), header_at(top).size);
  }

  /// Effects: marks the stack as idle. Its dead frames left marks of their own with
  ///   the sanitizer, which would be the next fiber's.
  static void rest(void* top) noexcept {
    header_at(top).mark = mark_idle;
    if constexpr (poisons) poison(base_of(top), header_at(top).size);
  }

  [[nodiscard]] static void* base_of(void* top) noexcept {
    return static_cast<std::byte*>(top) - header_at(top).size;
  }
};

}  // namespace strata::detail
