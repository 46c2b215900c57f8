// Names of signals, and dying of one on purpose.
#include "ending.hpp"

#include <fmt/format.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "report.hpp"

namespace strata::tool {
namespace {

struct named_signal {
  int number;
  const char* name;
};

constexpr std::array named_signals = {
    named_signal{SIGHUP, "SIGHUP"},   named_signal{SIGINT, "SIGINT"},
    named_signal{SIGQUIT, "SIGQUIT"}, named_signal{SIGILL, "SIGILL"},
    named_signal{SIGTRAP, "SIGTRAP"}, named_signal{SIGABRT, "SIGABRT"},
    named_signal{SIGBUS, "SIGBUS"},   named_signal{SIGFPE, "SIGFPE"},
    named_signal{SIGKILL, "SIGKILL"}, named_signal{SIGUSR1, "SIGUSR1"},
    named_signal{SIGSEGV, "SIGSEGV"}, named_signal{SIGUSR2, "SIGUSR2"},
    named_signal{SIGPIPE, "SIGPIPE"}, named_signal{SIGALRM, "SIGALRM"},
    named_signal{SIGTERM, "SIGTERM"}, named_signal{SIGXCPU, "SIGXCPU"},
    named_signal{SIGXFSZ, "SIGXFSZ"}, named_signal{SIGSYS, "SIGSYS"},
};

}  // namespace

std::string signal_name(int signal) {
  for (const named_signal& each : named_signals) {
    if (each.number == signal) return each.name;
  }
  return fmt::format("signal {}", signal);
}

std::string describe_end(const run_report& report) {
  if (!report.signal) return fmt::format("exit code {}", report.exit_code);
  return fmt::format("killed by {} ({})", signal_name(*report.signal), ::strsignal(*report.signal));
}

void end_by_signal(int signal) {
  // The limit stops core files; being undumpable also stops handlers that the
  // kernel pipes a dump to.
  const rlimit none{0, 0};
  ::setrlimit(RLIMIT_CORE, &none);
  ::prctl(PR_SET_DUMPABLE, 0);
  std::signal(signal, SIG_DFL);
  sigset_t only;
  sigemptyset(&only);
  sigaddset(&only, signal);
  ::sigprocmask(SIG_UNBLOCK, &only, nullptr);
  std::raise(signal);
  ::_exit(128 + signal);  // a signal that ends nobody by default
}

}  // namespace strata::tool
