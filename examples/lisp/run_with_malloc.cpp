// The interpreter, compiled for malloc.
#include "interpreter_run.hpp"
#include "memory_malloc.hpp"
#include "report.hpp"

namespace lisp {

int run_with_malloc(const run_options& options) {
  interpreter<malloc_memory> with;
  const int status = run_program(with, options);
  if (options.report) {
    print_peak(malloc_memory::name);
    std::fputs("malloc says nothing about objects, and nobody collects cycles\n", stderr);
  }
  return status;
}

}  // namespace lisp
