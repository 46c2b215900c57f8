// One thing to run under every allocator, and what is taken as its time. A program
// on the command line is one, each file of a suite describes one.
#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

namespace strata::tool::compare {

struct measure {
  enum class kind {
    elapsed,  // of the command
    time,     // a number that it prints; smaller is better
    rate,     // a number that it prints; larger is better
  };
  kind what = kind::elapsed;
  std::string pattern;  // a regular expression with one group: the number
};

// Longer than anybody waits, and short enough for every clock.
inline constexpr double timeout_seconds_max = 1e6;

struct workload {
  std::string name{};  // empty: the program of the command line
  std::string summary{};
  std::string family{};
  std::string threads{};
  std::vector<std::string> needs{};  // programs
  std::vector<std::pair<std::string, std::string>> environment{};
  std::string setup{};                // shell command, under no allocator of ours
  std::vector<std::string> server{};  // when there is one it is what the allocator serves
  std::string ready{};                // shell command that succeeds once the server serves
  std::vector<std::string> command{};
  std::string input = "/dev/null";
  measure measured{};
  std::chrono::milliseconds timeout{0};  // 0: none
  std::string directory{};               // where it runs; empty: ours
};

}  // namespace strata::tool::compare
