// The interpreter, compiled for a heap of strata's.
#include "interpreter_run.hpp"
#include "memory_strata.hpp"
#include "report.hpp"

namespace lisp {

int run_with_strata(const run_options& options) {
  interpreter<strata_memory> with(options.limit);
  const int status = run_program(with, options);
  if (options.report) {
    print_peak(strata_memory::name);
    print_objects(with.runs_on().memory);
    with.finish();
    print_rest(with.runs_on().memory);
  }
  return status;
}

}  // namespace lisp
