// The last word of a thread: a hook that runs after the program's own
// thread-exit code, because that code may still allocate and free.
//
// The means is a pthread key. Its destructor re-arms itself until the last of
// the rounds that the C library makes over all keys, and runs the hook there.
// After that only keys of higher index, and the C library itself, run in the
// thread: the heap must survive late frees, and `on_thread_exit` then answers
// false, since no further round will come.
//
//   round 1 ... n-1   destructors of the program; ours re-arms
//   round n           ours runs the hook      (n = PTHREAD_DESTRUCTOR_ITERATIONS)
//
// Why a key, and not a thread-local object: registering the destructor of a
// thread-local object allocates in every thread (glibc's __cxa_thread_atexit_impl
// calls calloc), and it runs before the program's keys. Setting a key in glibc
// allocates only from index 32 on. start() makes the key before nearly every
// other library can, so its index is low in a program that runs on strata's
// malloc. In a program that loads strata late it may not be; then setting the
// key calls calloc once per thread, which may be strata's own: `on_thread_exit`
// wants no lock held and a heap that already serves the thread. Should that
// calloc ask for a hook again, it finds the thread `arming` and is answered
// false instead of recursing.
#include <limits.h>
#include <pthread.h>

#include "base/base.hpp"
#include "os/errno_guard.hpp"
#include "os/linux.hpp"
#include "os/linux_thread_exit.hpp"

namespace strata::os {
namespace {

using exit_hook = void (*)() noexcept;

// ThreadSanitizer forgets a thread in the last round, ahead of us; no code that
// it instruments may run after that.
constexpr std::uintptr_t rounds =
    PTHREAD_DESTRUCTOR_ITERATIONS - (base::under_thread_sanitizer ? 1 : 0);

enum class thread_phase : std::uint8_t {
  running,
  arming,  // inside pthread_setspecific
  ended,   // the hook has run
};

constinit thread_local thread_phase phase = thread_phase::running;
constinit std::atomic<exit_hook> installed_hook{nullptr};
constinit std::atomic<bool> key_made{false};
constinit pthread_key_t key{};

// The key's value is the round in which its destructor runs next.
bool arm(std::uintptr_t round) noexcept {
  return ::pthread_setspecific(key, reinterpret_cast<void*>(round)) == 0;
}

void at_thread_exit(void* value) {
  const auto round = reinterpret_cast<std::uintptr_t>(value);
  if (round < rounds && arm(round + 1)) return;
  phase = thread_phase::ended;
  if (const exit_hook hook = installed_hook.load(std::memory_order_acquire)) hook();
}

}  // namespace

void make_thread_exit_key() noexcept {
  if (key_made.load(std::memory_order_relaxed)) return;
  key_made.store(::pthread_key_create(&key, at_thread_exit) == 0, std::memory_order_release);
}

bool linux_os::on_thread_exit(void (*hook)() noexcept) noexcept {
  if (!key_made.load(std::memory_order_acquire) || phase != thread_phase::running) return false;
  const errno_guard guard;
  installed_hook.store(hook, std::memory_order_release);
  phase = thread_phase::arming;
  const bool armed = arm(1);
  phase = thread_phase::running;
  return armed;
}

}  // namespace strata::os
