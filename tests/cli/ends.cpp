// A program that ends as it is told to:
//
//   ends exit N      with that exit code
//   ends raw N       with that exit code, past every exit handler
//   ends signal N    by that signal
//   ends env NAME    after printing the value of a variable
//   ends fork        with 0, after a forked child that exits with handlers
//   ends wait        by a signal from outside, after printing "ready"
//   ends catch       with 44 once SIGTERM comes, 45 once SIGHUP, after printing "ready"
//   ends hold N      with 0, while it holds N blocks of 100 bytes
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

int as_parent_of_one() {
  const pid_t child = ::fork();
  if (child == 0) std::exit(9);
  int status = 0;
  ::waitpid(child, &status, 0);
  return WEXITSTATUS(status) == 9 ? 0 : 1;
}

// Past stdio, whose exit handler could write it again if a signal came inside.
void print_ready() {
  if (::write(STDOUT_FILENO, "ready\n", 6) != 6) std::abort();
}

int wait_for_end() {
  print_ready();
  for (;;) ::pause();
}

int catch_signal() {
  sigset_t caught;
  sigemptyset(&caught);
  for (const int signal : {SIGTERM, SIGHUP}) {
    std::signal(signal, SIG_DFL);  // nohup ignores one of them
    sigaddset(&caught, signal);
  }
  ::sigprocmask(SIG_BLOCK, &caught, nullptr);
  print_ready();
  int signal = 0;
  ::sigwait(&caught, &signal);
  return signal == SIGTERM ? 44 : 45;
}

int hold(int count) {
  for (int i = 0; i < count; ++i) {
    void* volatile block = std::malloc(100);
    if (block == nullptr) return 12;
    std::memset(block, 1, 100);
  }
  return 0;
}

}  // namespace

int main(int count, char** values) {
  const std::string how = count > 1 ? values[1] : "exit";
  const char* const text = count > 2 ? values[2] : "0";
  const int number = std::atoi(text);
  if (how == "exit") return number;
  if (how == "raw") ::syscall(SYS_exit_group, number);
  if (how == "signal") {
    std::signal(number, SIG_DFL);
    std::raise(number);
  }
  if (how == "env") {
    const char* const value = std::getenv(text);
    std::puts(value != nullptr ? value : "(unset)");
    return 0;
  }
  if (how == "fork") return as_parent_of_one();
  if (how == "catch") return catch_signal();
  if (how == "wait") return wait_for_end();
  if (how == "hold") return hold(number);
  return 99;
}
