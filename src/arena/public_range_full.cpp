// strata::range_full, and its thrower for the templates.
#include <strata/arena/range_full.hpp>

#include <algorithm>

#include "base/base.hpp"

namespace strata {

range_full::range_full(std::string_view range, std::size_t bytes, std::size_t remaining) noexcept
    : out_of_memory(range, bytes), remaining_(remaining) {
  base::text<sizeof(what_)> message;
  message.add("strata: out of memory: \"").add(account_name()).add("\" has ");
  message.add_decimal(remaining).add(" bytes left and was asked for ").add_decimal(bytes);
  const std::string_view text = message.view();
  *std::copy(text.begin(), text.end(), what_) = '\0';
}

const char* range_full::what() const noexcept { return what_; }

void detail::refuse(std::string_view range, std::size_t bytes, std::size_t remaining) {
  throw range_full(range, bytes, remaining);
}

}  // namespace strata
