// Objects from the C library's malloc: what the interpreter would use without strata.
// Headers, types and counting are the same, and what dies waits in the same way while
// another object ends, so that only the memory differs. There is no limit, no account,
// and nobody who collects cycles.
#pragma once

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <string>
#include <utility>

#include <strata/object/counting.hpp>
#include <strata/object/object_type_of.hpp>

#include "objects.hpp"

namespace lisp {

class malloc_memory {
 public:
  static constexpr const char* name = "malloc";

  template <class T, class... Args>
  [[nodiscard]] T* try_make_sized(std::size_t more_bytes, Args&&... args) noexcept {
    void* const block = std::malloc(sizeof(strata::object_header) + sizeof(T) + more_bytes);
    if (block == nullptr) return nullptr;
    auto* const header = ::new (block) strata::object_header{&strata::object_type_of<T>, 1, 0};
    return ::new (strata::object_of(*header)) T(std::forward<Args>(args)...);
  }
  template <class T, class... Args>
  [[nodiscard]] T* try_make(Args&&... args) noexcept {
    return try_make_sized<T>(0, std::forward<Args>(args)...);
  }

  [[gnu::always_inline]] static void add(void* object) noexcept {
    strata::plain_counting::add(strata::header_of(object));
  }
  [[gnu::always_inline]] static void drop(void* object) noexcept {
    strata::object_header& header = strata::header_of(object);
    if (header.type != &strata::object_type_of<pair<malloc_memory>>) {
      end(object);
    } else if (header.count > 1) [[likely]] {
      static_cast<void>(strata::plain_counting::subtract(header));
    } else {
      end_pair<malloc_memory>(static_cast<pair_fields*>(object));
    }
  }
  static void end(void* object) noexcept {
    strata::object_header& header = strata::header_of(object);
    if (strata::plain_counting::subtract(header)) end_or_wait(header);
  }
  [[gnu::always_inline]] static void give_back(pair_fields* dead) noexcept {
    std::free(&strata::header_of(dead));
  }
  static void end_immortal(void* object) noexcept { std::free(&strata::header_of(object)); }

  std::size_t collect() noexcept { return 0; }
  [[nodiscard]] static std::string why_refused() { return ", the system has no more"; }

 private:
  // One list for the program, as malloc is one: the dead, linked through their counts
  // and flags, which nobody needs any more.
  static inline strata::object_header* pending_ = nullptr;
  static inline bool is_ending_ = false;

  static void push(strata::object_header& dead) noexcept {
    std::memcpy(&dead.count, &pending_, sizeof pending_);
    pending_ = &dead;
  }
  static strata::object_header& pop() noexcept {
    strata::object_header& dead = *pending_;
    std::memcpy(static_cast<void*>(&pending_), &dead.count, sizeof pending_);
    return dead;
  }

  static void end_one(strata::object_header& header) noexcept {
    if (header.type->drop != nullptr) header.type->drop(strata::object_of(header));
    std::free(&header);
  }

  [[gnu::noinline]] static void end_or_wait(strata::object_header& header) noexcept {
    if (is_ending_) {
      push(header);
      return;
    }
    is_ending_ = true;
    end_one(header);
    while (pending_ != nullptr) end_one(pop());
    is_ending_ = false;
  }
};

}  // namespace lisp
