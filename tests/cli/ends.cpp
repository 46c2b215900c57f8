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

int wait_for_signal() {
  std::puts("ready");
  std::fflush(stdout);
  for (;;) ::pause();
}

void exit_by(int signal) { std::exit(signal == SIGTERM ? 44 : 45); }

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
  if (how == "catch") {
    std::signal(SIGTERM, exit_by);
    std::signal(SIGHUP, exit_by);
  }
  if (how == "catch" || how == "wait") return wait_for_signal();
  if (how == "hold") return hold(number);
  return 99;
}
