// From characters to syntax: parentheses, 'quotes, ; comments, "strings", #\c, numbers.
#pragma once

#include <cstddef>
#include <string_view>

#include <strata/arena/arena.hpp>

#include "syntax.hpp"

namespace lisp {

class reader {
 public:
  /// `source` numbers the text in positions.
  reader(std::string_view text, std::uint16_t source, strata::arena& memory, name_table& names)
      : text_(text), memory_(&memory), names_(&names), here_{1, 1, source} {}

  /// Returns: the next expression; nullptr at the end of the text.
  /// Throws: failure, where the text is none.
  const syntax* read();

 private:
  [[nodiscard]] bool at_end() const noexcept { return at_ == text_.size(); }
  [[nodiscard]] char peek() const noexcept { return text_[at_]; }
  char take() noexcept;
  void skip_blanks() noexcept;
  syntax& make(syntax_kind kind, position where);
  const syntax* read_one();
  const syntax* read_list();
  const syntax* read_quote();
  const syntax* read_text();
  char read_escape();
  const syntax* read_hash();
  const syntax* read_atom();
  std::string_view take_word() noexcept;

  std::string_view text_;
  std::size_t at_ = 0;
  strata::arena* memory_;
  name_table* names_;
  position here_;
  std::size_t depth_ = 0;
};

}  // namespace lisp
