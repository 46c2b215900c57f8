// The words of attach_error; see strata/stack/attach_error.hpp.
#include <strata/stack/attach_error.hpp>

#include <algorithm>
#include <string_view>

#include "base/base.hpp"

namespace strata {
namespace {

std::string_view words_of(attach_problem problem) noexcept {
  switch (problem) {
    case attach_problem::refused:
      return "the system does not map or open this file";
    case attach_problem::not_fixed:
      return "this is no file in memory whose size is sealed; attach what "
             "strata::shared_region::file() returned";
    case attach_problem::foreign:
      return "this was not made by strata, or was written over";
    case attach_problem::other_version:
      return "this was made with another version of the layout";
    case attach_problem::wrong_size:
      return "sizes in it contradict each other";
    case attach_problem::outside:
      return "the offset leads to no room for it in the region";
    case attach_problem::wrong_positions:
      return "its positions contradict each other";
    case attach_problem::taken:
      return "others hold this end of it";
  }
  return "unknown";
}

}  // namespace

attach_error::attach_error(attach_problem problem, std::uint64_t found,
                           std::uint64_t expected) noexcept
    : problem_(problem) {
  base::text<sizeof(what_)> text;
  text.add(words_of(problem));
  if (found != expected) {
    text.add(": found ").add_decimal(found);
    if (expected != 0) text.add(", expected ").add_decimal(expected);
  }
  std::copy_n(text.c_str(), text.view().size() + 1, what_);
}

}  // namespace strata
