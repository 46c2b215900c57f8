// strata::wipe. It is in a file of its own so that a caller's compiler sees a call;
// the asm keeps the stores where the linker optimises across files.
#include <strata/adaptor/wiping.hpp>

#include <cstring>

namespace strata {

void wipe(void* memory, std::size_t bytes) noexcept {
  if (bytes == 0) return;
  std::memset(memory, 0, bytes);
  asm volatile("" : : "r"(memory) : "memory");
}

}  // namespace strata
