// The objects of Lisp: what lies behind the header that strata, or the malloc variant,
// puts in front. Each says which values it holds, to who drops it and to who traces it.
//
//   pair     car | cdr                      text     bytes | characters ...
//   vector   count | values ...             real     a double
//   closure  code | captured values ...     cell     a variable that closures share
//   symbol   name                           builtin  a function of the interpreter's
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>
#include <utility>

#include <strata/object/counting.hpp>
#include <strata/object/object_header.hpp>
#include <strata/object/object_type_of.hpp>

#include "names.hpp"
#include "value.hpp"

namespace lisp {

/// The id of each object type.
enum class kind : std::uint32_t { none, pair, text, vector, real, closure, cell, symbol, builtin };

[[nodiscard]] inline kind kind_of(value v) noexcept {
  return is_object(v) ? static_cast<kind>(strata::header_of(address_of(v)).type->id) : kind::none;
}

template <class T>
[[nodiscard]] T& as(value v) noexcept {
  return *static_cast<T*>(address_of(v));
}

template <class Memory>
[[gnu::always_inline]] inline value add(value v) noexcept {
  if (is_object(v)) Memory::add(address_of(v));
  return v;
}
template <class Memory>
[[gnu::always_inline]] inline void drop(value v) noexcept {
  if (is_object(v)) Memory::drop(address_of(v));
}
/// Effects: a slot that held a value holds nothing.
template <class Memory>
[[gnu::always_inline]] inline void clear(value& slot) noexcept {
  drop<Memory>(std::exchange(slot, value{}));
}

inline void visit(strata::object_visitor& visitor, value v) {
  if (is_object(v)) visitor.visit(&visitor, address_of(v));
}

struct pair_fields {
  value car;
  value cdr;
};

template <class Memory>
struct pair : pair_fields {
  static constexpr const char* object_name = "pair";
  static constexpr auto object_id = static_cast<std::uint32_t>(kind::pair);
  pair(value first, value rest) noexcept : pair_fields{first, rest} {}
  pair(const pair&) = delete;
  pair& operator=(const pair&) = delete;
  ~pair() {
    drop<Memory>(car);
    drop<Memory>(cdr);
  }
  void trace(strata::object_visitor& visitor) const {
    visit(visitor, car);
    visit(visitor, cdr);
  }
  static bool is(value v) noexcept {
    return is_object(v) && strata::header_of(address_of(v)).type == &strata::object_type_of<pair>;
  }
};

/// Effects: ends a pair whose last reference goes, and the pairs that only it led to:
///   along the list by a loop, down the tree by recursion, and from a depth on as any
///   other object, which waits until the one around it has ended.
/// Requires: one reference is left, the caller's.
template <class Memory>
void end_pair(pair_fields* dead, unsigned depth = 0) noexcept {
  constexpr unsigned depth_most = 100;
  const auto is_last_of_pair = [](value v) {
    return pair<Memory>::is(v) && strata::header_of(address_of(v)).count == 1;
  };
  for (;;) {
    // A weak reference, or a collector, wants to hear of it.
    if (depth == depth_most || strata::header_of(dead).flags != 0) return Memory::end(dead);
    const pair_fields left = *dead;
    Memory::give_back(dead);
    if (is_last_of_pair(left.car)) {
      end_pair<Memory>(&as<pair_fields>(left.car), depth + 1);
    } else {
      drop<Memory>(left.car);
    }
    if (!is_last_of_pair(left.cdr)) return drop<Memory>(left.cdr);
    dead = &as<pair_fields>(left.cdr);
  }
}

struct text {
  static constexpr const char* object_name = "string";
  static constexpr auto object_id = static_cast<std::uint32_t>(kind::text);
  explicit text(std::size_t size) noexcept : bytes(size) {}
  [[nodiscard]] char* data() noexcept { return reinterpret_cast<char*>(this + 1); }
  [[nodiscard]] std::size_t object_size() const noexcept { return sizeof(text) + bytes; }
  std::size_t bytes;
};

/// What closures and vectors share: values behind a word, which the object owns.
template <class Word>
struct values_behind {
  explicit values_behind(Word w, std::size_t n) noexcept : word(w), count(n) {}
  [[nodiscard]] value* values() noexcept { return reinterpret_cast<value*>(this + 1); }
  [[nodiscard]] const value* values() const noexcept {
    return reinterpret_cast<const value*>(this + 1);
  }
  [[nodiscard]] std::size_t object_size() const noexcept {
    return sizeof(values_behind) + count * sizeof(value);
  }
  void trace(strata::object_visitor& visitor) const {
    for (std::size_t i = 0; i < count; ++i) visit(visitor, values()[i]);
  }
  Word word;
  std::size_t count;
};

struct code;  // of a lambda: machine.hpp
struct vector_word {};

struct closure_fields : values_behind<const code*> {
  using values_behind::values_behind;
};
struct vector_fields : values_behind<vector_word> {
  using values_behind::values_behind;
};

/// Drops the values when it ends.
template <class Memory, class Fields>
struct dropping : Fields {
  using Fields::Fields;
  dropping(const dropping&) = delete;
  dropping& operator=(const dropping&) = delete;
  ~dropping() {
    for (std::size_t i = 0; i < this->count; ++i) drop<Memory>(this->values()[i]);
  }
};

template <class Memory>
struct closure : dropping<Memory, closure_fields> {
  static constexpr const char* object_name = "closure";
  static constexpr auto object_id = static_cast<std::uint32_t>(kind::closure);
  using dropping<Memory, closure_fields>::dropping;
};

template <class Memory>
struct vector : dropping<Memory, vector_fields> {
  static constexpr const char* object_name = "vector";
  static constexpr auto object_id = static_cast<std::uint32_t>(kind::vector);
  using dropping<Memory, vector_fields>::dropping;
};

struct cell_fields {
  value content;
};

template <class Memory>
struct cell : cell_fields {
  static constexpr const char* object_name = "variable";
  static constexpr auto object_id = static_cast<std::uint32_t>(kind::cell);
  explicit cell(value first) noexcept : cell_fields{first} {}
  cell(const cell&) = delete;
  cell& operator=(const cell&) = delete;
  ~cell() { drop<Memory>(content); }
  void trace(strata::object_visitor& visitor) const { visit(visitor, content); }
};

struct real {
  static constexpr const char* object_name = "real";
  static constexpr auto object_id = static_cast<std::uint32_t>(kind::real);
  explicit real(double n) noexcept : number(n) {}
  double number;
};

struct symbol {
  static constexpr const char* object_name = "symbol";
  static constexpr auto object_id = static_cast<std::uint32_t>(kind::symbol);
  explicit symbol(name& n) noexcept : id(&n) {}
  name* id;
};

struct builtin_entry;  // builtins.hpp

struct builtin {
  static constexpr const char* object_name = "builtin";
  static constexpr auto object_id = static_cast<std::uint32_t>(kind::builtin);
  explicit builtin(const builtin_entry& e) noexcept : entry(&e) {}
  const builtin_entry* entry;
};

[[nodiscard]] inline std::string_view view(value v) noexcept {
  text& found = as<text>(v);
  return {found.data(), found.bytes};
}
[[nodiscard]] inline bool is(value v, kind k) noexcept { return kind_of(v) == k; }

}  // namespace lisp
