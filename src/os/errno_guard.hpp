// Restores errno at the end of a scope: malloc and free must not change it
// when they succeed, and C programs rely on that.
#pragma once

#include <cerrno>

namespace strata::os {

class [[nodiscard]] errno_guard {
 public:
  errno_guard() noexcept : saved_(errno) {}
  ~errno_guard() { errno = saved_; }
  errno_guard(const errno_guard&) = delete;
  errno_guard& operator=(const errno_guard&) = delete;

 private:
  int saved_;
};

}  // namespace strata::os
