// Finding the C++ runtime and letting it do what only it can: throw and catch.
//
// The names below are those of std::get_new_handler, std::__throw_bad_alloc and
// the nothrow operators, which libstdc++ and libc++ share. The weak references
// bind when the runtime is loaded with the program. A runtime that comes later,
// with a plug-in, leaves them null; then the dynamic linker is asked, also for
// runtimes that only the plug-in sees.
#include "override/cxx_runtime.hpp"

#include <dlfcn.h>

#include <new>

#include "heap/heap.hpp"
#include "override/alignment.hpp"

[[gnu::weak]] std::new_handler linked_get_new_handler() noexcept asm("_ZSt15get_new_handlerv");
[[gnu::weak]] void linked_throw_bad_alloc() asm("_ZSt17__throw_bad_allocv");

namespace strata::core {
namespace {

// The symbol in any runtime that is loaded; loads none.
void* find_loaded(const char* symbol) noexcept {
  if (void* const found = dlsym(RTLD_DEFAULT, symbol)) return found;
  for (const char* const library : {"libstdc++.so.6", "libc++.so.1", "libc++abi.so.1"}) {
    void* const handle = dlopen(library, RTLD_LAZY | RTLD_NOLOAD);
    if (handle == nullptr) continue;
    void* const found = dlsym(handle, symbol);
    dlclose(handle);
    if (found != nullptr) return found;
  }
  dlerror();  // the program must not find our failures there
  return nullptr;
}

std::new_handler current_new_handler() noexcept {
  auto* get = linked_get_new_handler;
  if (get == nullptr) {
    get = reinterpret_cast<decltype(get)>(find_loaded("_ZSt15get_new_handlerv"));
  }
  return get == nullptr ? nullptr : get();
}

[[noreturn]] void throw_bad_alloc() {
  auto* raise = linked_throw_bad_alloc;
  if (raise == nullptr) {
    raise = reinterpret_cast<decltype(raise)>(find_loaded("_ZSt17__throw_bad_allocv"));
  }
  if (raise != nullptr) raise();
  base::fatal("out of memory",
              "operator new was refused and no C++ runtime is loaded that could throw "
              "std::bad_alloc");
}

void* allocate_any(std::size_t size, std::size_t alignment) noexcept {
  return alignment <= natural_alignment ? allocate(size) : allocate_aligned(size, alignment);
}

}  // namespace

void* new_after_refusal(std::size_t size, std::size_t alignment) {
  while (const std::new_handler handler = current_new_handler()) {
    handler();
    if (void* const block = allocate_any(size, alignment)) return block;
  }
  throw_bad_alloc();
}

// A handler may throw, and only code with the runtime's personality can catch.
// The runtime's own nothrow operator is such code: it calls our throwing one
// and turns an exception into nullptr.
void* nothrow_new_after_refusal(std::size_t size, std::size_t alignment) noexcept {
  if (current_new_handler() == nullptr) return nullptr;
  return alignment <= natural_alignment ? nothrow_new_elsewhere(size)
                                        : nothrow_new_elsewhere(size, std::align_val_t{alignment});
}

void* nothrow_new_elsewhere(std::size_t size) noexcept {
  using operation = void* (*)(std::size_t, const std::nothrow_t&);
  const auto next = reinterpret_cast<operation>(dlsym(RTLD_NEXT, "_ZnwmRKSt9nothrow_t"));
  return next == nullptr ? nullptr : next(size, std::nothrow_t{});
}

void* nothrow_new_elsewhere(std::size_t size, std::align_val_t alignment) noexcept {
  using operation = void* (*)(std::size_t, std::align_val_t, const std::nothrow_t&);
  const auto next =
      reinterpret_cast<operation>(dlsym(RTLD_NEXT, "_ZnwmSt11align_val_tRKSt9nothrow_t"));
  return next == nullptr ? nullptr : next(size, alignment, std::nothrow_t{});
}

}  // namespace strata::core
