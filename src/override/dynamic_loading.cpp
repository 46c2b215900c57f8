// dlopen without RTLD_DEEPBIND. A plug-in opened with that flag looks malloc up
// in its own dependencies first and finds the C library's; the first block it
// shares with the program then reaches the wrong free. Everything else of the
// flag's effect is lost with it, which is the smaller evil.
//
// glibc's dlopen asks who calls it: the caller's RUNPATH and $ORIGIN decide
// where the library is found, and its namespace where it is loaded. Our frame
// must therefore be gone when the real one starts: the last call has to be a
// jump (the build compiles this file with optimisation in every configuration,
// and tests/programs/plugin_test checks it).
//
// dlmopen is left alone: another namespace has a C library, and with it an
// allocator, of its own.
#include <dlfcn.h>

#include <atomic>

namespace {

using open_function = void* (*)(const char*, int);

constinit std::atomic<open_function> real_open{nullptr};

// Constructors of libraries may call dlopen before ours have run, so the real
// one is found on first use. Threads that race here find the same.
[[gnu::cold, gnu::noinline]] open_function find_real_open() noexcept {
  const auto found = reinterpret_cast<open_function>(dlsym(RTLD_NEXT, "dlopen"));
  real_open.store(found, std::memory_order_relaxed);
  return found;
}

}  // namespace

#pragma GCC visibility push(default)
extern "C" {

void* dlopen(const char* file, int mode) noexcept {
  open_function open = real_open.load(std::memory_order_relaxed);
  if (open == nullptr) [[unlikely]] {
    open = find_real_open();
    if (open == nullptr) return nullptr;
  }
  return open(file, mode & ~RTLD_DEEPBIND);
}

}  // extern "C"
#pragma GCC visibility pop
