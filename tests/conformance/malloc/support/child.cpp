#include "child.hpp"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string_view>
#include <vector>

namespace child {
namespace {

std::vector<char*> environment(bool preload) {
  std::vector<char*> kept;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    if (preload || !std::string_view(*entry).starts_with("LD_PRELOAD=")) kept.push_back(*entry);
  }
  kept.push_back(nullptr);
  return kept;
}

void set_limit(decltype(RLIMIT_AS) which, rlim_t value) {
  const rlimit limit{value, value};
  if (::setrlimit(which, &limit) != 0) ::_exit(126);
}

[[noreturn]] void become(char* const* arguments, char* const* variables, int output,
                         const options& how) {
  ::dup2(output, STDOUT_FILENO);
  ::dup2(output, STDERR_FILENO);
  ::alarm(how.seconds_max);
  set_limit(RLIMIT_CORE, 0);
  if (how.address_space != 0) set_limit(RLIMIT_AS, how.address_space);
  ::execve("/proc/self/exe", arguments, variables);
  ::_exit(127);
}

int wait_for(pid_t process) {
  int status = 0;
  while (::waitpid(process, &status, 0) < 0) {
    if (errno != EINTR) std::abort();
  }
  return status;
}

}  // namespace

result run_self(std::initializer_list<std::string> arguments, const options& how) {
  std::vector<std::string> words{"child"};
  words.insert(words.end(), arguments);
  std::vector<char*> pointers;
  for (std::string& word : words) pointers.push_back(word.data());
  pointers.push_back(nullptr);
  const std::vector<char*> variables = environment(how.preload);

  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) std::abort();
  const pid_t process = ::fork();
  if (process == 0) become(pointers.data(), variables.data(), ends[1], how);
  if (process < 0) std::abort();
  ::close(ends[1]);
  result outcome;
  char buffer[4096];
  for (ssize_t got; (got = ::read(ends[0], buffer, sizeof buffer)) > 0;) {
    outcome.output.append(buffer, static_cast<std::size_t>(got));
  }
  ::close(ends[0]);
  const int status = wait_for(process);
  if (WIFEXITED(status)) outcome.exit_status = WEXITSTATUS(status);
  if (WIFSIGNALED(status)) outcome.signal = WTERMSIG(status);
  return outcome;
}

bool ended_well(int process) {
  const int status = wait_for(process);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

}  // namespace child
