// The text of a program as a tree: what the reader makes and the expander takes apart.
// It lies in an arena, and knows where in the text it was.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "failure.hpp"
#include "names.hpp"

namespace lisp {

enum class syntax_kind : std::uint8_t { list, symbol, constant, real, text };

struct syntax {
  syntax_kind kind = syntax_kind::list;
  position where;
  const syntax* next = nullptr;   // in the list around it
  const syntax* first = nullptr;  // of a list
  std::size_t count = 0;          // of a list
  name* symbol = nullptr;
  value constant;  // a number, boolean or character
  double real = 0;
  std::string_view text;

  [[nodiscard]] bool is(const name& id) const noexcept {
    return kind == syntax_kind::symbol && symbol == &id;
  }
  /// Returns: the element of a list at that index.
  /// Requires: there is one.
  [[nodiscard]] const syntax& at(std::size_t index) const noexcept {
    const syntax* found = first;
    for (; index != 0; --index) found = found->next;
    return *found;
  }
};

}  // namespace lisp
