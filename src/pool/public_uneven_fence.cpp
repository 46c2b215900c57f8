// See strata/pool/detail/uneven_fence.hpp.
#include <strata/pool/detail/uneven_fence.hpp>

#include "os/os.hpp"

namespace strata::detail {
namespace {

bool system_fences() noexcept {
  static const bool prepared = os::prepare_thread_barrier();
  return prepared;
}

}  // namespace

uneven_fence::uneven_fence() noexcept : by_system_(system_fences()) {}

bool uneven_fence::heavy() const noexcept {
  if (by_system_) return os::pass_thread_barrier();
  std::atomic_thread_fence(std::memory_order_seq_cst);
  return true;
}

}  // namespace strata::detail
