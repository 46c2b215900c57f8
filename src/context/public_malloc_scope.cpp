// strata::malloc_scope. Part of the C++ library, not of the malloc core.
//
// The malloc in charge shows itself by the symbol strata_malloc_interface. Where
// malloc is linked into the program, the linker finds it; where it is preloaded,
// or linked as a shared library, the dynamic linker does. A symbol is no proof:
// another allocator may stand in front, so a block that malloc returns is asked
// for.
#include "context/malloc_scope.hpp"

#include <atomic>
#include <cstdlib>

#include "os/os.hpp"

extern "C" [[gnu::weak]] const strata::core::malloc_interface* strata_malloc_interface() noexcept;

namespace strata {
namespace core {
namespace {

using interface_function = const malloc_interface*() noexcept;

[[nodiscard]] interface_function* find_interface() noexcept {
  if (strata_malloc_interface != nullptr) return strata_malloc_interface;
  return reinterpret_cast<interface_function*>(os::find_symbol("strata_malloc_interface"));
}

[[nodiscard]] bool serves_malloc(const malloc_interface& candidate) noexcept {
  if (candidate.version != malloc_interface::version_now) return false;
  if (candidate.snapshot_bytes != sizeof(snapshot)) return false;
  void* const probe = std::malloc(1);
  const bool ours = candidate.heap_of(probe) != nullptr;
  std::free(probe);
  return ours;
}

[[nodiscard]] const malloc_interface* find_malloc() noexcept {
  interface_function* const find = find_interface();
  const malloc_interface* const found = find == nullptr ? nullptr : find();
  return found != nullptr && serves_malloc(*found) ? found : nullptr;
}

[[nodiscard]] malloc_redirection redirection_of(const scope_state& state) noexcept {
  return {.outer = static_cast<owner*>(const_cast<void*>(state.outer)),
          .inner = static_cast<owner*>(const_cast<void*>(state.inner)),
          .depth = state.depth};
}

}  // namespace

// Sought once: who serves malloc is settled when a process starts.
const malloc_interface* malloc_in_charge() noexcept {
  static const malloc_interface* const found = find_malloc();
  return found;
}

scope_entry enter_malloc_scope(heap& into, scope_state& state) noexcept {
  const malloc_interface* const malloc = malloc_in_charge();
  if (malloc == nullptr) return scope_entry::unavailable;
  heap* const target = heap_in_malloc(into, *malloc);
  malloc_redirection entered{};
  if (target == nullptr || !malloc->enter_scope(*target, entered)) return scope_entry::refused;
  state = {
      .malloc = malloc, .outer = entered.outer, .inner = entered.inner, .depth = entered.depth};
  return scope_entry::entered;
}

void leave_malloc_scope(const scope_state& state) noexcept {
  static_cast<const malloc_interface*>(state.malloc)->leave_scope(redirection_of(state));
}

}  // namespace core

const char* malloc_unavailable::what() const noexcept {
  return "strata: malloc cannot be redirected, because it is not strata's; link strata::malloc, or "
         "preload libstrata_malloc.so of the same version";
}

malloc_scope::malloc_scope(heap& into) : state_{} {
  switch (core::enter_malloc_scope(*into.core_, state_)) {
    case core::scope_entry::entered:
      return;
    case core::scope_entry::unavailable:
      throw malloc_unavailable();
    case core::scope_entry::refused:
      throw out_of_memory(into.account().name(), 0);
  }
}

malloc_scope::~malloc_scope() { core::leave_malloc_scope(state_); }

bool malloc_scope::is_available() noexcept { return core::malloc_in_charge() != nullptr; }

}  // namespace strata
