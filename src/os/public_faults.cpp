// SIGSEGV on Linux, shared politely with whoever handled it before.
#include <signal.h>
#include <ucontext.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "base/base.hpp"
#include "os/errno_guard.hpp"
#include "os/faults.hpp"
#include "os/linux.hpp"

namespace strata::os {
namespace {

constinit base::mutex<linux_os> lock;
constinit std::array<std::atomic<fault_watcher>, 4> watchers{};
constinit bool installed = false;
struct sigaction previous = {};  // written before the handler is installed

// Ends the program as if nobody had handled the signal. A fault happens again
// when the handler returns; a signal that was sent has to be sent again.
void take_default_course(const siginfo_t& info) noexcept {
  struct sigaction standard = {};
  standard.sa_handler = SIG_DFL;
  ::sigaction(SIGSEGV, &standard, nullptr);
  if (info.si_code <= 0) ::raise(SIGSEGV);
}

void pass_on(int signal, siginfo_t* info, void* context) noexcept {
  if ((previous.sa_flags & SA_SIGINFO) != 0) {
    previous.sa_sigaction(signal, info, context);
  } else if (previous.sa_handler == SIG_DFL) {
    take_default_course(*info);
  } else if (previous.sa_handler == SIG_IGN) {
    if (info->si_code > 0) take_default_course(*info);  // the system ignores no fault
  } else {
    previous.sa_handler(signal);
  }
}

fault describe(const siginfo_t& info, [[maybe_unused]] void* context) noexcept {
  [[maybe_unused]] const auto pointer = [](auto word) {
    return reinterpret_cast<const void*>(static_cast<std::uintptr_t>(word));
  };
#if defined(__x86_64__)
  const greg_t* const registers = static_cast<const ucontext_t*>(context)->uc_mcontext.gregs;
  return {info.si_addr, pointer(registers[REG_RIP]), pointer(registers[REG_RSP])};
#elif defined(__aarch64__)
  const mcontext_t& registers = static_cast<const ucontext_t*>(context)->uc_mcontext;
  return {info.si_addr, pointer(registers.pc), pointer(registers.sp)};
#else
  return {info.si_addr, nullptr, nullptr};
#endif
}

void handle(int signal, siginfo_t* info, void* context) noexcept {
  const errno_guard guard;
  if (info->si_code > 0) {  // of the processor, not sent by a process
    const fault what = describe(*info, context);
    for (const std::atomic<fault_watcher>& watcher : watchers) {
      if (const fault_watcher look = watcher.load()) look(what);
    }
  }
  pass_on(signal, info, context);
}

bool install() noexcept {
  if (installed) return true;
  if (::sigaction(SIGSEGV, nullptr, &previous) != 0) return false;
  struct sigaction action = {};
  action.sa_sigaction = handle;
  action.sa_mask = previous.sa_mask;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  installed = ::sigaction(SIGSEGV, &action, nullptr) == 0;
  return installed;
}

class alternate_stack {
 public:
  alternate_stack() = default;
  alternate_stack(const alternate_stack&) = delete;
  alternate_stack& operator=(const alternate_stack&) = delete;
  ~alternate_stack() {
    if (stack_ == nullptr) return;
    stack_t current = {};
    ::sigaltstack(nullptr, &current);
    stack_t none = {};
    none.ss_flags = SS_DISABLE;
    if (current.ss_sp == stack_ && ::sigaltstack(&none, nullptr) != 0) return;
    linux_os::release(stack_, stack_bytes);
  }

  [[nodiscard]] bool provide() noexcept {
    stack_t current = {};
    if (::sigaltstack(nullptr, &current) != 0) return false;
    if ((current.ss_flags & SS_DISABLE) == 0) return true;
    void* const stack = linux_os::reserve(stack_bytes, linux_os::page_size(), initial_access::none);
    if (stack == nullptr) return false;
    stack_t wanted = {};
    wanted.ss_sp = stack;
    wanted.ss_size = stack_bytes;
    if (linux_os::commit(stack, stack_bytes) && ::sigaltstack(&wanted, nullptr) == 0) {
      stack_ = stack;
      return true;
    }
    linux_os::release(stack, stack_bytes);
    return false;
  }

 private:
  static constexpr std::size_t stack_bytes = 64 * base::kib;  // a multiple of any page size

  void* stack_ = nullptr;
};

}  // namespace

bool watch_faults(fault_watcher watcher) noexcept {
  const errno_guard errno_kept;
  const base::lock_guard guard(lock);
  for (std::atomic<fault_watcher>& place : watchers) {
    if (place.load() == nullptr) place.store(watcher);
    if (place.load() == watcher) return install();
  }
  return false;
}

bool provide_alternate_stack() noexcept {
  const errno_guard guard;
  thread_local alternate_stack stack;
  return stack.provide();
}

}  // namespace strata::os
