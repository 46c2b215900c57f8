// Starts programs and measures them, from a process of its own.
//
// Why of its own: Linux charges a new program with the resident memory of the one
// that called exec, as the peak it begins with. Started from here, every program
// would seem to need at least what the command itself holds. The launcher is forked
// while the command is small and allocates next to nothing; `floor_bytes` says what
// is left of the effect, which no peak can be below.
//
// While a launcher exists SIGINT, SIGTERM and SIGHUP are held back; when one
// arrives, the call that waits throws `interrupted`, and what runs is killed.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "process.hpp"

namespace strata::tool::compare {

class message_reader;
class message_writer;

struct program_start {
  std::string file;                      // what is executed
  std::vector<std::string> command;      // its arguments, the first is its name
  std::vector<std::string> environment;  // all of it, "NAME=value"
  std::string directory;                 // empty: ours
  std::string input = "/dev/null";
  std::string output = "/dev/null";  // of stdout and stderr, appended to; empty: ours
};

// Of the program and those of its descendants that were waited for: times and
// faults are sums, the peak is that of the largest process.
struct usage {
  double elapsed_s = 0;
  double user_s = 0;
  double system_s = 0;
  std::uint64_t peak_bytes = 0;
  std::uint64_t minor_faults = 0;
  std::uint64_t major_faults = 0;
};

struct ended_program {
  int status = 0;  // as wait() reports it
  usage used;
};

struct interrupted {
  int signal;
};

class launcher {
 public:
  launcher();
  ~launcher();
  launcher(const launcher&) = delete;
  launcher& operator=(const launcher&) = delete;

  // The program leads a process group of its own.
  [[nodiscard]] std::variant<pid_t, refused_launch> start(const program_start& what) const;

  // Nothing when it still runs. What the program leaves behind in its group is killed.
  [[nodiscard]] std::optional<ended_program> wait(pid_t program,
                                                  std::chrono::milliseconds at_most) const;
  [[nodiscard]] ended_program wait(pid_t program) const;

  // SIGKILL goes to the whole group.
  void signal(pid_t program, int number) const;

  // Of the programs started so far.
  [[nodiscard]] std::uint64_t floor_bytes() const;

  // Lets time pass, but not an interrupt.
  void sleep(std::chrono::milliseconds time) const;

 private:
  void watch(int descriptor, int timeout_ms) const;
  [[nodiscard]] message_reader ask(const message_writer& request) const;

  int socket_ = -1;
  int signals_ = -1;
  pid_t process_ = -1;
  sigset_t before_{};
};

}  // namespace strata::tool::compare
