// fork, exec, wait. The child reports a failed exec through a pipe that a
// successful exec closes.
//
// Order around the fork: the four signals are blocked, so that none is lost
// between the birth of the child and the moment we know whom to pass it to; the
// child leaves our dispositions as it found them.
#include "process.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>

#include "command.hpp"

namespace strata::tool {
namespace {

constexpr std::array ignored_signals = {SIGINT, SIGQUIT};
constexpr std::array forwarded_signals = {SIGTERM, SIGHUP};

volatile std::sig_atomic_t forward_to = 0;

void forward(int signal) {
  const int saved = errno;
  if (forward_to > 0) ::kill(forward_to, signal);
  errno = saved;
}

sigset_t all_handled() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : ignored_signals) sigaddset(&set, signal);
  for (const int signal : forwarded_signals) sigaddset(&set, signal);
  return set;
}

// A signal that was ignored when we were started (nohup) stays ignored.
void install(int signal, void (*handler)(int)) {
  struct sigaction present {};
  ::sigaction(signal, nullptr, &present);
  if (present.sa_handler == SIG_IGN) return;
  struct sigaction wanted {};
  wanted.sa_handler = handler;
  wanted.sa_flags = SA_RESTART;
  ::sigaction(signal, &wanted, nullptr);
}

void handle_signals_for(pid_t child) {
  forward_to = child;
  for (const int signal : ignored_signals) install(signal, SIG_IGN);
  for (const int signal : forwarded_signals) install(signal, forward);
}

[[noreturn]] void become(const launch& what, int report_to, const sigset_t& mask) {
  for (const auto& [name, value] : what.environment) ::setenv(name.c_str(), value.c_str(), 1);
  ::setenv(what.process_variable.c_str(), fmt::format("{}", ::getpid()).c_str(), 1);
  std::vector<char*> arguments;
  for (const std::string& each : what.command) arguments.push_back(const_cast<char*>(each.c_str()));
  arguments.push_back(nullptr);
  ::sigprocmask(SIG_SETMASK, &mask, nullptr);
  ::execvp(arguments[0], arguments.data());
  const int error = errno;
  const auto written = ::write(report_to, &error, sizeof error);
  ::_exit(written == sizeof error ? exit_not_executable : exit_failure);
}

// The errno that the child wrote, or 0 when its exec closed the pipe.
int exec_error(int from) {
  int error = 0;
  ssize_t count;
  do {
    count = ::read(from, &error, sizeof error);
  } while (count < 0 && errno == EINTR);
  ::close(from);
  return count == sizeof error ? error : 0;
}

std::chrono::nanoseconds duration(const timeval& time) {
  return std::chrono::seconds(time.tv_sec) + std::chrono::microseconds(time.tv_usec);
}

ended_process wait_for(pid_t child, std::chrono::steady_clock::time_point start) {
  int status = 0;
  rusage used{};
  while (::wait4(child, &status, 0, &used) < 0) {
    if (errno != EINTR) throw failure(fmt::format("cannot wait: {}", std::strerror(errno)));
  }
  forward_to = 0;
  return {.process = static_cast<std::uint64_t>(child),
          .status = status,
          .elapsed = std::chrono::steady_clock::now() - start,
          .user = duration(used.ru_utime),
          .system = duration(used.ru_stime),
          .peak_bytes = static_cast<std::uint64_t>(used.ru_maxrss) * 1024};
}

}  // namespace

std::variant<ended_process, refused_launch> run_to_end(const launch& what) {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    throw failure(fmt::format("cannot make a pipe: {}", std::strerror(errno)));
  }
  const sigset_t handled = all_handled();
  sigset_t before;
  ::sigprocmask(SIG_BLOCK, &handled, &before);
  const auto start = std::chrono::steady_clock::now();
  const pid_t child = ::fork();
  if (child < 0) throw failure(fmt::format("cannot fork: {}", std::strerror(errno)));
  if (child == 0) become(what, ends[1], before);
  handle_signals_for(child);
  ::sigprocmask(SIG_SETMASK, &before, nullptr);
  ::close(ends[1]);
  const int error = exec_error(ends[0]);
  const ended_process ended = wait_for(child, start);
  if (error != 0) return refused_launch{error};
  return ended;
}

}  // namespace strata::tool
