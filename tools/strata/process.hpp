// Starting a program, waiting for it, and staying out of the way of the signals
// that are meant for it.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace strata::tool {

struct launch {
  std::vector<std::string> command;
  std::vector<std::pair<std::string, std::string>> environment;  // set on top of ours
  std::string process_variable;  // receives the id of the new process
};

struct ended_process {
  std::uint64_t process;
  int status;  // as wait() reports it
  std::chrono::nanoseconds elapsed;
  std::chrono::nanoseconds user;
  std::chrono::nanoseconds system;
  std::uint64_t peak_bytes;  // resident
};

struct refused_launch {
  int error;  // errno of exec
};

// While the program runs: SIGINT and SIGQUIT are ignored here, since a terminal
// sends them to the program as well; SIGTERM and SIGHUP are passed on to it.
[[nodiscard]] std::variant<ended_process, refused_launch> run_to_end(const launch& what);

}  // namespace strata::tool
