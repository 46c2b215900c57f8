// A wrong write that AddressSanitizer does not see, for tests of what finds it later.
#pragma once

#include <cstddef>

namespace strata::test {

__attribute__((noinline, no_sanitize("address"))) inline void overwrite(void* at) noexcept {
  volatile std::byte* const place = static_cast<std::byte*>(at);
  *place = ~*place;
}

}  // namespace strata::test
