// What the errors of pools say; see strata/pool/pool_error.hpp.
#include <strata/pool/pool_error.hpp>

#include <algorithm>

#include "base/base.hpp"

namespace strata {
namespace {

using line = base::text<192>;

template <std::size_t Size>
void keep(char (&into)[Size], const line& text) noexcept {
  static_assert(Size == 192);
  std::copy_n(text.c_str(), text.view().size() + 1, into);
}

// Products that overflow are impossible requests anyway.
std::size_t product(std::size_t count, std::size_t bytes) noexcept {
  return bytes != 0 && count > SIZE_MAX / bytes ? SIZE_MAX : count * bytes;
}

}  // namespace

pool_exhausted::pool_exhausted(std::string_view pool, std::size_t capacity, std::size_t in_use,
                               std::size_t wanted, std::size_t object_bytes) noexcept
    : pool_exhausted(pool, product(wanted, object_bytes), capacity, in_use) {
  keep(what_, line()
                  .add("pool '")
                  .add(pool.substr(0, 63))
                  .add("' is exhausted: ")
                  .add_decimal(in_use)
                  .add(" of ")
                  .add_decimal(capacity)
                  .add(" slots in use, ")
                  .add_decimal(wanted)
                  .add(" more wanted"));
}

const char* pool_exhausted::what() const noexcept { return what_; }

pool_maximum_exceeded::pool_maximum_exceeded(std::string_view pool, std::size_t maximum,
                                             std::size_t in_use, std::size_t wanted,
                                             std::size_t object_bytes) noexcept
    : pool_exhausted(pool, product(wanted, object_bytes), maximum, in_use) {
  keep(what_, line()
                  .add("pool '")
                  .add(pool.substr(0, 63))
                  .add("' would exceed its maximum: ")
                  .add_decimal(in_use)
                  .add(" of at most ")
                  .add_decimal(maximum)
                  .add(" slots in use, ")
                  .add_decimal(wanted)
                  .add(" more wanted"));
}

}  // namespace strata
