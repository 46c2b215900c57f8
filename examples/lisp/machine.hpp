// What runs a program: the stack of values, the memory of objects, and what they share.
#pragma once

#include <cstddef>
#include <memory_resource>
#include <new>
#include <string>
#include <string_view>
#include <vector>

#include <strata/resource/page_resource.hpp>

#include "node.hpp"
#include "objects.hpp"

namespace lisp {

struct machine_base {
  value* stack = nullptr;
  value* stack_end = nullptr;
  const char* deepest = nullptr;  // how far the stack of C++ may grow, downwards
  const node* turning = nullptr;  // the loop that loop_mark is about
  name_table* names = nullptr;
  std::size_t calls_unwound = 0;  // by a failure
  std::string output;             // of display, until it is long
};

/// A value that C++ holds, and that goes when a failure passes.
template <class Memory>
class held {
 public:
  explicit held(value v) noexcept : value_(v) {}
  ~held() { drop<Memory>(value_); }
  held(const held&) = delete;
  held& operator=(const held&) = delete;
  [[nodiscard]] value get() const noexcept { return value_; }
  value release() noexcept { return std::exchange(value_, {}); }
  /// Returns: the old value, which the caller owns.
  value replace(value next) noexcept { return std::exchange(value_, next); }

 private:
  value value_;
};

/// Slots of the stack: whole pages of zeros.
inline constexpr std::size_t stack_slots = std::size_t{1} << 20;

template <class Memory>
struct machine : machine_base {
  template <class... Args>
  explicit machine(name_table& table, Args&&... args) : memory(std::forward<Args>(args)...) {
    names = &table;
    void* const pages = strata::shared_pages().allocate(stack_slots * sizeof(value));
    stack = ::new (pages) value[stack_slots];
    stack_end = stack + stack_slots;
  }
  ~machine() { strata::shared_pages().deallocate(stack, stack_slots * sizeof(value)); }
  machine(const machine&) = delete;
  machine& operator=(const machine&) = delete;

  static machine& of(machine_base& base) noexcept { return static_cast<machine&>(base); }

  /// Effects: as Memory's; the object takes over the references among the arguments.
  /// Throws: failure, where memory is refused; the caller keeps its references then.
  template <class T, class... Args>
  [[nodiscard, gnu::always_inline]] value make(position where, Args&&... args) {
    T* const made = memory.template try_make<T>(std::forward<Args>(args)...);
    if (made == nullptr) [[unlikely]] {
      out_of_memory(where, sizeof(T));
    }
    return object(made);
  }
  template <class T, class... Args>
  [[nodiscard]] T& make_sized(position where, std::size_t more_bytes, Args&&... args) {
    T* const made = memory.template try_make_sized<T>(more_bytes, std::forward<Args>(args)...);
    if (made == nullptr) out_of_memory(where, sizeof(T) + more_bytes);
    return *made;
  }

  [[nodiscard]] value make_text(position where, std::string_view content) {
    text& made = make_sized<text>(where, content.size(), content.size());
    std::memcpy(made.data(), content.data(), content.size());
    return object(&made);
  }

  /// Returns: the symbol of that name, which is immortal.
  [[nodiscard]] value symbol_of(name& id, position where) {
    if (id.symbol == nullptr) {
      id.symbol = address_of(make<symbol>(where, id));
      strata::make_immortal(id.symbol);
    }
    return object(id.symbol);
  }

  [[noreturn, gnu::cold, gnu::noinline]] void out_of_memory(position where, std::size_t bytes) {
    throw failure(where, "out of memory: " + std::to_string(bytes) + " bytes were refused" +
                             memory.why_refused());
  }

  /// Effects: drops all that the stack holds.
  void clear_stack() noexcept {
    for (value* slot = stack; slot != stack_end; ++slot) {
      if (slot->bits != 0) clear<Memory>(*slot);
    }
  }

  Memory memory;
  std::vector<value> constants;  // counted
};

}  // namespace lisp
