// Interned names: what symbols, variables at top level and builtins are found by. Names
// are never forgotten; they lie in the arena of the program's text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <unordered_map>

#include <strata/arena/arena.hpp>

#include "value.hpp"

namespace lisp {

struct name {
  std::string_view text;
  value global = unset;     // counted by the machine
  void* symbol = nullptr;   // the symbol of that name, immortal, once there is one
  bool is_builtin = false;  // then `global` is a builtin, and stays
};

class name_table {
 public:
  explicit name_table(strata::arena& memory) : memory_(&memory) {}

  /// Returns: the one name with that text.
  name& intern(std::string_view text);

  template <class Visitor>
  void for_each(Visitor&& visit) {
    for (auto& [text, found] : names_) visit(*found);
  }

 private:
  strata::arena* memory_;
  std::unordered_map<std::string_view, name*> names_;
};

}  // namespace lisp
