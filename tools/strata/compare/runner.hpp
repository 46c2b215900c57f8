// One run of a workload under one allocator.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "compare/contender.hpp"
#include "compare/launcher.hpp"
#include "compare/results.hpp"
#include "compare/workload.hpp"

namespace strata::tool::compare {

// A program that exec refused.
struct cannot_start {
  std::string program;
  int error;
};

class runner {
 public:
  // Output that is kept goes to files in `scratch`.
  runner(const launcher& programs, std::filesystem::path scratch)
      : programs_(programs), scratch_(std::move(scratch)) {}

  // Throws cannot_start and interrupted.
  [[nodiscard]] run_result run(const workload& what, const contender& allocator) const;

  // The same, with the output going where ours does.
  void show(const workload& what, const contender& allocator) const;

  // The workload's setup; returns why it failed, or nothing.
  [[nodiscard]] std::string set_up(const workload& what) const;

  // A file with what the dynamic loader would do for the program; it is not run.
  [[nodiscard]] std::filesystem::path ask_loader(const workload& what,
                                                 const contender& allocator) const;

 private:
  struct outcome {
    ended_program ended;
    bool timed_out = false;
  };

  [[nodiscard]] program_start prepare(const workload& what, std::vector<std::string> command) const;
  [[nodiscard]] pid_t start(const program_start& what) const;
  [[nodiscard]] outcome finish(pid_t program, std::chrono::milliseconds timeout) const;
  [[nodiscard]] outcome run_shell(const workload& what, const std::string& command) const;
  enum class readiness { ready, late, ended };

  [[nodiscard]] readiness wait_until_ready(const workload& what, pid_t server) const;
  [[nodiscard]] run_result run_alone(const workload& what, const contender& allocator) const;
  [[nodiscard]] run_result run_served(const workload& what, const contender& allocator) const;
  void take_time(const workload& what, run_result& result) const;
  [[nodiscard]] std::filesystem::path output() const { return scratch_ / "output"; }

  const launcher& programs_;
  std::filesystem::path scratch_;
};

}  // namespace strata::tool::compare
