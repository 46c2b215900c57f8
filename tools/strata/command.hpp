// What a subcommand is. A new one is a file with a `command` in it, declared
// below and listed in main.cpp.
//
// Exit codes: 0 done; 2 the command line was wrong (usage_error); 125 strata
// itself failed (failure). `strata run` passes on the program's own code, with
// 126 and 127 as shells use them.
#pragma once

#include <functional>
#include <stdexcept>
#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace strata::tool {

inline constexpr int exit_usage = 2;
inline constexpr int exit_failure = 125;
inline constexpr int exit_not_executable = 126;
inline constexpr int exit_not_found = 127;

// A mistake on the command line.
struct usage_error : std::runtime_error {
  using runtime_error::runtime_error;
};

// The machine did not let us do what was asked.
struct failure : std::runtime_error {
  using runtime_error::runtime_error;
};

// Runs the command with the options it parsed and the program it was given;
// returns the exit code.
using action = std::function<int(const std::vector<std::string>& program)>;

struct command {
  const char* name;
  const char* summary;
  const char* examples;
  bool takes_program;  // everything from the first operand on belongs to a program
  action (*configure)(CLI::App& parser);
};

extern const command run_command;
extern const command options_command;
extern const command classes_command;
extern const command doctor_command;
extern const command compare_command;

}  // namespace strata::tool
