// strata::out_of_memory. Part of the C++ library, not of the malloc core: it
// needs the C++ runtime.
#include <strata/base/error.hpp>

#include <algorithm>

#include "account/name.hpp"
#include "base/base.hpp"

namespace strata {
namespace {

template <std::size_t Capacity>
void copy(char (&to)[Capacity], std::string_view from) noexcept {
  const std::size_t size = std::min(from.size(), Capacity - 1);
  std::copy_n(from.data(), size, to);
  to[size] = '\0';
}

}  // namespace

out_of_memory::out_of_memory(std::string_view account, std::size_t bytes) noexcept : bytes_(bytes) {
  copy(account_, core::account_name(account).view());
  base::text<sizeof(what_)> message;
  message.add("strata: out of memory: account \"").add(account_name()).add("\" was refused");
  if (bytes != 0) message.add(" ").add_decimal(bytes).add(" bytes");
  copy(what_, message.view());
}

const char* out_of_memory::what() const noexcept { return what_; }

std::string_view out_of_memory::account_name() const noexcept { return account_; }

}  // namespace strata
