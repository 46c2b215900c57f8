// Sleeping and waking, starting a thread, and fork hooks.
#include <linux/futex.h>
#include <pthread.h>
#include <signal.h>
#include <time.h>

#include "os/errno_guard.hpp"
#include "os/linux.hpp"
#include "os/linux_syscall.hpp"

namespace strata::os {
namespace {

static_assert(sizeof(std::atomic<std::uint32_t>) == sizeof(std::uint32_t),
              "a futex is the word itself");

void sleep_on(std::atomic<std::uint32_t>& word, std::uint32_t value,
              const timespec* timeout) noexcept {
  linux_kernel::call(SYS_futex, &word, FUTEX_WAIT_PRIVATE, value, timeout);
}

void* run(void* body) {
  reinterpret_cast<void (*)() noexcept>(reinterpret_cast<std::uintptr_t>(body))();
  return nullptr;
}

bool create_detached(void* body, std::size_t stack_bytes) noexcept {
  pthread_attr_t attributes;
  if (::pthread_attr_init(&attributes) != 0) return false;
  ::pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  if (stack_bytes != 0) ::pthread_attr_setstacksize(&attributes, stack_bytes);
  pthread_t thread;
  const bool created = ::pthread_create(&thread, &attributes, run, body) == 0;
  ::pthread_attr_destroy(&attributes);
  return created;
}

}  // namespace

void linux_os::wait(std::atomic<std::uint32_t>& word, std::uint32_t value) noexcept {
  sleep_on(word, value, nullptr);
}

void linux_os::wait_for(std::atomic<std::uint32_t>& word, std::uint32_t value,
                        std::uint64_t ns) noexcept {
  const timespec timeout = {.tv_sec = static_cast<time_t>(ns / 1'000'000'000),
                            .tv_nsec = static_cast<long>(ns % 1'000'000'000)};
  sleep_on(word, value, &timeout);
}

void linux_os::wake(std::atomic<std::uint32_t>& word) noexcept {
  linux_kernel::call(SYS_futex, &word, FUTEX_WAKE_PRIVATE, 1);
}

// The C library counts fork handlers in place for the first 48, then calls
// malloc: see the contract.
bool linux_os::on_fork(fork_hooks hooks) noexcept {
  const errno_guard guard;
  return ::pthread_atfork(hooks.prepare, hooks.parent, hooks.child) == 0;
}

// The new thread inherits the blocked signals, so the program's handlers never
// run on its small stack. A program with much thread-local data needs more
// stack than that even to start; it gets the default.
bool linux_os::start_thread(void (*body)() noexcept) noexcept {
  constexpr std::size_t stack_bytes = std::size_t{128} << 10;
  const errno_guard guard;
  sigset_t all;
  sigset_t before;
  ::sigfillset(&all);
  if (::pthread_sigmask(SIG_SETMASK, &all, &before) != 0) return false;
  void* const argument = reinterpret_cast<void*>(reinterpret_cast<std::uintptr_t>(body));
  const bool created = create_detached(argument, stack_bytes) || create_detached(argument, 0);
  ::pthread_sigmask(SIG_SETMASK, &before, nullptr);
  return created;
}

}  // namespace strata::os
