// Whose values are current on a thread; see strata/stack/fiber_storage.hpp.
//
// Functions that are not inlined: within one function a compiler may keep the address
// of a thread-local variable across a call, in which a fiber can change its thread.
#include <strata/stack/fiber_storage.hpp>

#include <utility>

namespace strata::detail {
namespace {

constinit thread_local fiber_storage* current = nullptr;

}  // namespace

[[gnu::noinline]] fiber_storage* current_fiber_storage() noexcept { return current; }

[[gnu::noinline]] fiber_storage* exchange_current_fiber_storage(fiber_storage* storage) noexcept {
  return std::exchange(current, storage);
}

}  // namespace strata::detail
