// Planted errors: each is committed by a child of this program, which must be
// stopped by SIGABRT after one line on stderr that names the mistake. A child
// that survives, or dies some other way, was not protected.
//
// Every planted error is one the allocator can know: the memory is not handed
// out again between the first free and the second.
#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "misuse.hpp"
#include "support/child.hpp"
#include "support/suite.hpp"

namespace {

using misuse::planted;

struct tally {
  std::size_t planted = 0;
  std::size_t died = 0;   // of any signal: the least that protects
  std::size_t named = 0;  // with the diagnosis: what is required
};

bool names_mistake(const std::string& output, std::string_view diagnoses) {
  while (!diagnoses.empty()) {
    const std::size_t end = std::min(diagnoses.find('|'), diagnoses.size());
    if (output.find("strata: fatal: " + std::string(diagnoses.substr(0, end))) !=
        std::string::npos) {
      return true;
    }
    diagnoses.remove_prefix(std::min(end + 1, diagnoses.size()));
  }
  return false;
}

void plant(std::string_view family, const planted& error, std::size_t index, tally& count) {
  const child::result outcome =
      child::run_self({"plant", std::string(family), std::to_string(index)}, {.seconds_max = 20});
  ++count.planted;
  if (outcome.signal != 0) ++count.died;
  if (outcome.signal == SIGABRT && names_mistake(outcome.output, error.diagnoses)) {
    ++count.named;
    return;
  }
  char line[600];
  std::snprintf(line, sizeof line,
                "%s is stopped as \"%s\" (plant %.*s %zu: status %d, signal %d): %.300s",
                error.name.c_str(), error.diagnoses, static_cast<int>(family.size()), family.data(),
                index, outcome.exit_status, outcome.signal, outcome.output.c_str());
  suite::expect(false, line);
}

void plant_all(std::string_view family) {
  tally count;
  const std::vector<planted> errors = misuse::errors(family);
  for (std::size_t i = 0; i < errors.size(); ++i) plant(family, errors[i], i, count);
  suite::note("planted", count.planted);
  suite::note("stopped by a signal", count.died);
  suite::note("stopped with the right diagnosis", count.named);
}

int commit(std::string_view family, std::size_t index) {
  misuse::errors(family).at(index).commit();
  std::puts("survived");
  return 0;
}

constexpr suite::test_case cases[] = {
    {"double_frees", [] { plant_all("double"); }},
    {"foreign_frees", [] { plant_all("foreign"); }},
    {"interior_frees", [] { plant_all("interior"); }},
    {"sized_frees", [] { plant_all("sized"); }},
    {"reallocs", [] { plant_all("realloc"); }},
};

}  // namespace

int main(int argc, char** argv) {
  if (argc == 4 && std::strcmp(argv[1], "plant") == 0) {
    return commit(argv[2], std::strtoull(argv[3], nullptr, 10));
  }
  return suite::run(cases, argc, argv);
}
