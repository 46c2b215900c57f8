// Runs this program again as a child: with other arguments, other limits, with
// or without the preload. The child starts with a fresh heap.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>

namespace child {

struct options {
  bool preload = true;            // false: LD_PRELOAD is removed, so the system's malloc
  std::size_t address_space = 0;  // RLIMIT_AS from the first instruction on; 0: none
  unsigned seconds_max = 120;     // a child that hangs is killed by SIGALRM
};

struct result {
  int exit_status = -1;  // -1 when a signal ended it
  int signal = 0;
  std::string output;  // standard output and standard error together
};

result run_self(std::initializer_list<std::string> arguments, const options& how);

// Waits for a forked child; true when it exited with status 0.
[[nodiscard]] bool ended_well(int process);

}  // namespace child
