// Start before main, and the report at exit: when STRATA_REPORT_FILE is set,
// the raw core::snapshot goes to that file as the last thing that happens in
// the process.
//
// Without any option in the environment, the heap starts with the first allocation:
// a program that allocates nothing pays for nothing.
//
//   exit        the handler below, registered without an owner before main:
//               it runs after the program's own handlers and after the
//               destructors of all libraries
//   quick_exit  the same
//   _exit       interposed: shells and forking servers end this way
//   exec, fatal signals: nothing is written
//
// Only one process writes: STRATA_REPORT_PID, or else the one that loaded us,
// so that a forked child never overwrites its parent's report.
#include <sys/syscall.h>
#include <unistd.h>

#include <atomic>

#include "heap/heap.hpp"
#include "os/os.hpp"

namespace core = strata::core;

extern "C" {
int __cxa_atexit(void (*handler)(void*), void* argument, void* owner);
int __cxa_at_quick_exit(void (*handler)(void*), void* owner);
}

namespace {

constinit std::atomic<std::uint64_t> reporting_process{0};  // 0: none

// Not on the stack: _exit may be called in a signal handler with a small one.
constinit core::snapshot report{};

void write_report() noexcept {
  std::uint64_t self = strata::os::platform::process_id();
  if (!reporting_process.compare_exchange_strong(self, 0, std::memory_order_acq_rel)) return;
  core::take_snapshot(report);
  const std::string_view path = core::active_settings().report_file;
  if (!strata::os::write_file(path.data(), &report, sizeof(report))) {
    strata::base::warn("the report could not be written to STRATA_REPORT_FILE");
  }
}

void on_exit(void*) noexcept { write_report(); }

void arm_report() noexcept {
  const strata::base::settings& settings = core::active_settings();
  if (settings.report_file.empty()) return;
  const std::uint64_t self = strata::os::platform::process_id();
  if (settings.report_process != 0 && settings.report_process != self) return;
  reporting_process.store(self, std::memory_order_release);
  __cxa_atexit(on_exit, nullptr, nullptr);
  __cxa_at_quick_exit(on_exit, nullptr);
}

[[gnu::constructor(101)]] void start_before_main() noexcept {
  core::start_early();
  if (!strata::base::has_options(strata::os::platform::environment())) return;
  core::start();
  arm_report();
}

[[noreturn]] void end_process(int status) noexcept {
  write_report();
  for (;;) syscall(SYS_exit_group, status);
}

}  // namespace

#pragma GCC visibility push(default)
extern "C" {

void _exit(int status) { end_process(status); }
void _Exit(int status) noexcept { end_process(status); }

}  // extern "C"
#pragma GCC visibility pop
