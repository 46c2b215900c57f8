// Everything a comparison measured, as it was measured: the tables and files are
// views of this.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compare/contender.hpp"
#include "compare/launcher.hpp"
#include "compare/workload.hpp"

namespace strata::tool::compare {

struct run_result {
  std::size_t round = 0;
  usage used{};
  double time = 0;                  // what is compared, smaller is better: see measure
  std::optional<double> printed{};  // the number that the program printed
  std::string failure{};            // why it counts for nothing; empty: it counts
  bool timed_out = false;
};

struct contender_result {
  std::vector<run_result> runs{};
  std::string unreached{};  // why the preload would change nothing: not run
  std::string remark{};     // what a reader of its figures should know
};

struct workload_result {
  workload what{};
  std::string absent{};  // what it needs is not on this machine: not run
  std::string broken{};  // why it could not be run
  std::vector<contender_result> contenders{};
};

struct comparison {
  std::string suite{};  // folder; empty: one program
  std::vector<contender> contenders{};
  std::size_t reference = 0;  // ratios of a program are to this one
  bool against_best = false;  // ratios of a suite are to the best peer of each workload
  std::size_t runs = 0;
  std::size_t warmup = 0;
  std::uint64_t floor_bytes = 0;  // no peak can be below
  std::vector<workload_result> workloads{};
};

// The figures that are compared.
struct figure {
  const char* key;  // in JSON and CSV
  const char* label;
  const char* short_label;  // at most 10 letters
  enum class unit { seconds, bytes, count } shown_as;
  double (*of)(const run_result& run);
};

[[nodiscard]] const std::vector<figure>& figures();
[[nodiscard]] const figure& time_figure();  // what the workload says its time is
[[nodiscard]] const figure& peak_figure();

// `which` of the runs that count, in the order they ran.
[[nodiscard]] std::vector<double> values_of(const contender_result& result, const figure& which);

[[nodiscard]] std::size_t count_failures(const contender_result& result);
[[nodiscard]] bool is_complete(const contender_result& result);  // it ran, and nothing failed

// Whether anything went wrong that the exit code must tell.
[[nodiscard]] bool has_failures(const comparison& all);

}  // namespace strata::tool::compare
