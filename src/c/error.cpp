// The last error of each thread.
#include "c/error.hpp"

#include <algorithm>
#include <cerrno>

#include <strata/strata.h>

namespace strata::c_interface {
namespace {

constinit thread_local const char* last_error = "";
constinit thread_local char composed[208] = {};

}  // namespace

std::nullptr_t fail_memory() noexcept {
  last_error = "strata: out of memory: a limit or the operating system refused";
  errno = ENOMEM;
  return nullptr;
}

std::nullptr_t fail_argument(const char* what) noexcept {
  last_error = what;
  errno = EINVAL;
  return nullptr;
}

std::nullptr_t fail_options(std::string_view why) noexcept {
  constexpr std::string_view from = "strata: ";
  char* const after = std::ranges::copy(from, composed).out;
  const std::size_t room = sizeof composed - from.size() - 1;
  *std::ranges::copy(why.substr(0, room), after).out = '\0';
  return fail_argument(composed);
}

}  // namespace strata::c_interface

const char* strata_last_error() { return strata::c_interface::last_error; }
