// The last error of each thread.
#include "c/error.hpp"

#include <cerrno>

#include <strata/strata.h>

namespace strata::c_interface {
namespace {

constinit thread_local const char* last_error = "";

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

}  // namespace strata::c_interface

const char* strata_last_error() { return strata::c_interface::last_error; }
