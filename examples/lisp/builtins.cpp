// What builtins say when they are called wrongly.
#include "builtins.hpp"

namespace lisp {

void refuse_arguments(const builtin_entry& entry, const node& call, std::uint32_t count) {
  std::string wanted = std::to_string(entry.least);
  if (entry.most == any_count) {
    wanted += " or more";
  } else if (entry.most != entry.least) {
    wanted += " to " + std::to_string(entry.most);
  }
  throw failure(call.where, std::string(entry.name) + " takes " + wanted + " arguments, and got " +
                                std::to_string(count));
}

}  // namespace lisp
