// The report of a run that never was, over the synthetic snapshot.
#pragma once

#include <chrono>

#include "report.hpp"
#include "support/synthetic_snapshot.hpp"

namespace strata::test {

inline tool::run_report synthetic_report() {
  using namespace std::chrono_literals;
  tool::run_report report;
  report.command = {"./server", "--port", "80"};
  report.process = 4711;
  report.exit_code = 3;
  report.elapsed = 1500ms;
  report.user = 1200ms;
  report.system = 50ms;
  report.tree_peak_bytes = 130'000'000;
  report.memory = synthetic_snapshot();
  return report;
}

}  // namespace strata::test
