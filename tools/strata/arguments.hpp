// Around the parser: where the options of strata end and a program's own begin,
// and one clear sentence for what does not belong.
#pragma once

#include <string>
#include <vector>

namespace CLI {
class App;
}

namespace strata::tool {

[[nodiscard]] bool is_option(const std::string& argument);

struct split_arguments {
  std::vector<std::string> own;      // the subcommand and its options
  std::vector<std::string> program;  // a program and its arguments
};

// The program begins after "--", or else at the first operand.
[[nodiscard]] split_arguments split_program(const CLI::App& subcommand,
                                            const std::vector<std::string>& arguments);

// " (did you mean 'run'?)", or nothing when no candidate resembles what was typed.
[[nodiscard]] std::string suggestion(const std::string& typed,
                                     const std::vector<std::string>& candidates);

// Throws usage_error when the parser was left with arguments that it does not know.
void refuse_leftovers(const CLI::App& subcommand);

}  // namespace strata::tool
