// A program is started by fork, not by vfork or posix_spawn: the new process must not
// share our memory until exec, since what is resident here would count as its own
// peak. Of a fork's memory only changed pages count, and there are few of those.
//
// Waiting is on a descriptor of the process, next to the socket: a command that was
// killed takes its programs along.
#include "compare/launcher_process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <ctime>
#include <new>
#include <vector>

#include "compare/launcher.hpp"
#include "compare/wire.hpp"

namespace strata::tool::compare {
namespace {

using clock = std::chrono::steady_clock;

constexpr std::size_t kernel_sigset_bytes = 8;

struct running_program {
  pid_t process;
  int descriptor;
  clock::time_point started;
  rusage before;  // what it had used when it became the program
};

// What the new process says in memory that it shares with us.
struct birth {
  timespec started;  // just before exec
  rusage used;       // then: its peak is the least that can be seen as the program's
  int error;         // of what failed; 0: nothing did
};

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> result;
  result.reserve(texts.size() + 1);
  for (std::string& text : texts) result.push_back(text.data());
  result.push_back(nullptr);
  return result;
}

program_start read_start(message_reader& asked) {
  program_start what;
  what.file = asked.text();
  what.command = asked.texts();
  what.environment = asked.texts();
  what.directory = asked.text();
  what.input = asked.text();
  what.output = asked.text();
  return what;
}

// The clock of std::chrono is this one.
clock::time_point time_of(const timespec& time) {
  return clock::time_point(std::chrono::seconds(time.tv_sec) +
                           std::chrono::nanoseconds(time.tv_nsec));
}

std::int64_t microseconds(const timeval& time) {
  return std::int64_t{time.tv_sec} * 1'000'000 + time.tv_usec;
}

birth* share_birth() {
  void* const memory =
      ::mmap(nullptr, sizeof(birth), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) ::_exit(1);
  return new (memory) birth{};
}

// Opened as `from`; false when the kernel refuses.
bool redirect(const char* path, int flags, int from) {
  const auto opened = static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path, flags, 0600));
  if (opened < 0) return false;
  if (opened == from) return true;
  const bool done = ::syscall(SYS_dup3, opened, from, 0) >= 0;
  ::syscall(SYS_close, opened);
  return done;
}

bool redirect_all(const program_start& what) {
  if (!redirect(what.input.c_str(), O_RDONLY, STDIN_FILENO)) return false;
  if (what.output.empty()) return true;
  return redirect(what.output.c_str(), O_WRONLY | O_CREAT | O_APPEND, STDOUT_FILENO) &&
         ::syscall(SYS_dup3, STDOUT_FILENO, STDERR_FILENO, 0) >= 0;
}

// The life of the new process up to exec. Every page that it touches, of program
// text too, may show up in the program's peak. So it calls nothing of the C library
// but syscall(), which the launcher has called before: no other function is looked
// up, and none brings its neighbourhood into memory.
[[noreturn]] void become(const program_start& what, char* const* arguments,
                         char* const* environment, const sigset_t& mask, birth& told) {
  ::syscall(SYS_setpgid, 0, 0);
  ::syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, nullptr, kernel_sigset_bytes);
  const bool there = what.directory.empty() || ::syscall(SYS_chdir, what.directory.c_str()) == 0;
  if (there && redirect_all(what)) {
    ::syscall(SYS_getrusage, RUSAGE_SELF, &told.used);
    ::syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &told.started);
    ::syscall(SYS_execve, what.file.c_str(), arguments, environment);
  }
  told.error = errno;
  for (;;) ::syscall(SYS_exit_group, 1);
}

class server {
 public:
  server(int socket, const sigset_t& mask) : socket_(socket), mask_(mask), birth_(share_birth()) {}

  [[noreturn]] void serve() {
    while (auto asked = receive(socket_)) {
      message_writer answer;
      switch (static_cast<request>(asked->number())) {
        case request::start:
          start(read_start(*asked), answer);
          break;
        case request::wait:
          wait(*asked, answer);
          break;
        case request::signal:
          signal(*asked, answer);
          break;
        case request::floor:
          answer.number(floor_kib_);
          break;
      }
      if (!answer.send(socket_)) break;
    }
    leave();
  }

 private:
  [[noreturn]] void leave() {
    for (const running_program& each : running_) ::kill(-each.process, SIGKILL);
    ::_exit(0);
  }

  void start(program_start what, message_writer& answer) {
    const std::vector<char*> arguments = pointers(what.command);
    const std::vector<char*> environment = pointers(what.environment);
    *birth_ = {};
    std::array<int, 2> gate{};
    if (::pipe2(gate.data(), O_CLOEXEC) != 0) {
      answer.number(-errno);
      return;
    }
    const pid_t process = ::fork();
    if (process == 0) become(what, arguments.data(), environment.data(), mask_, *birth_);
    const int refused = process < 0 ? errno : 0;
    ::close(gate[1]);
    char nothing = 0;
    while (::read(gate[0], &nothing, 1) < 0 && errno == EINTR) {  // until exec closes it
    }
    ::close(gate[0]);
    answer.number(refused != 0 ? -refused : follow(process));
  }

  // The process, or a negative errno when it did not become the program.
  pid_t follow(pid_t process) {
    int error = birth_->error;
    const auto descriptor = static_cast<int>(::syscall(SYS_pidfd_open, process, 0));
    if (descriptor < 0) error = errno;  // Linux before 5.3
    if (error == 0) {
      floor_kib_ = std::max(floor_kib_, birth_->used.ru_maxrss);
      running_.push_back({process, descriptor, time_of(birth_->started), birth_->used});
      return process;
    }
    ::kill(process, SIGKILL);
    ::waitpid(process, nullptr, 0);
    if (descriptor >= 0) ::close(descriptor);
    return -error;
  }

  [[nodiscard]] std::size_t find(std::int64_t process) const {
    for (std::size_t i = 0; i < running_.size(); ++i) {
      if (running_[i].process == process) return i;
    }
    ::_exit(1);
  }

  // False when the time is over.
  bool wait_for_end(int descriptor, std::int64_t milliseconds) {
    std::array<pollfd, 2> watched{{{descriptor, POLLIN, 0}, {socket_, POLLIN, 0}}};
    const auto until = clock::now() + std::chrono::milliseconds(milliseconds);
    for (;;) {
      const auto left = std::chrono::ceil<std::chrono::milliseconds>(until - clock::now()).count();
      const auto time = milliseconds < 0 ? -1 : static_cast<int>(std::max<std::int64_t>(left, 0));
      const int ready = ::poll(watched.data(), watched.size(), time);
      if (ready < 0 && errno == EINTR) continue;
      if (watched[1].revents != 0) leave();  // nobody asks while we wait: it is closed
      return ready > 0;
    }
  }

  void wait(message_reader& asked, message_writer& answer) {
    const std::size_t index = find(asked.number());
    const running_program program = running_[index];
    if (!wait_for_end(program.descriptor, asked.number())) {
      answer.number(0);
      return;
    }
    const std::chrono::duration<double> elapsed = clock::now() - program.started;
    ::kill(-program.process, SIGKILL);  // before its number may go to somebody else
    int status = 0;
    rusage used{};
    while (::wait4(program.process, &status, 0, &used) < 0 && errno == EINTR) {
    }
    ::close(program.descriptor);
    running_.erase(running_.begin() + static_cast<std::ptrdiff_t>(index));
    const rusage& before = program.before;
    answer.number(1).number(status).number(static_cast<std::int64_t>(elapsed.count() * 1e9));
    answer.number(microseconds(used.ru_utime) - microseconds(before.ru_utime));
    answer.number(microseconds(used.ru_stime) - microseconds(before.ru_stime));
    answer.number(used.ru_maxrss).number(used.ru_minflt - before.ru_minflt);
    answer.number(used.ru_majflt - before.ru_majflt);
  }

  void signal(message_reader& asked, message_writer& answer) {
    const pid_t process = running_[find(asked.number())].process;
    const auto number = static_cast<int>(asked.number());
    ::kill(number == SIGKILL ? -process : process, number);
    answer.number(0);
  }

  int socket_;
  sigset_t mask_;
  std::vector<running_program> running_;
  birth* birth_;
  long floor_kib_ = 0;
};

}  // namespace

void serve_launches(int socket, const sigset_t& mask) {
  ::syscall(SYS_prctl, PR_SET_NAME, "strata-launcher");
  server(socket, mask).serve();
}

}  // namespace strata::tool::compare
