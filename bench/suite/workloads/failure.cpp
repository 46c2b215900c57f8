#include "failure.hpp"

#include <cstdio>
#include <cstdlib>

namespace strata::suite {

void fail(const std::string& what) {
  std::fprintf(stderr, "strata_suite: %s\n", what.c_str());
  std::_Exit(EXIT_FAILURE);
}

void fail_refused(const char* function, std::size_t bytes) {
  std::fprintf(stderr, "strata_suite: %s refused %zu bytes\n", function, bytes);
  std::_Exit(EXIT_FAILURE);
}

}  // namespace strata::suite
