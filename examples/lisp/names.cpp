// Names are found by a hash of their text when a program is read, or makes a symbol
// from a string; nothing that runs often comes here.
#include "names.hpp"

#include <algorithm>

namespace lisp {

name& name_table::intern(std::string_view text) {
  if (const auto found = names_.find(text); found != names_.end()) return *found->second;
  const auto copy = memory_->make_array<char>(text.size());
  std::copy(text.begin(), text.end(), copy.begin());
  auto* const made = memory_->make<name>();
  made->text = {copy.data(), copy.size()};
  names_.emplace(made->text, made);
  return *made;
}

}  // namespace lisp
