// Sorts lines as an external sort does: reads them in runs, sorts each run, and
// merges the runs into new strings while the old ones go.
#include <algorithm>
#include <string>
#include <vector>

#include "failure.hpp"
#include "text.hpp"
#include "workload.hpp"

namespace strata::suite {
namespace {

constexpr std::size_t lines_of_run = 4'000;
constexpr std::size_t runs_of_sort = 16;

using lines = std::vector<std::string>;

lines sorted_run(random_numbers& random) {
  lines run;
  for (std::size_t i = 0; i < lines_of_run; ++i) {
    run.push_back(text_of(random.next(), random.between(8, 60)));
  }
  std::sort(run.begin(), run.end());
  return run;
}

// Copies each line, as a merge that writes its result does, and frees the original.
lines merged(lines left, lines right) {
  lines result;
  auto a = left.begin();
  auto b = right.begin();
  while (a != left.end() || b != right.end()) {
    auto& from = b == right.end() || (a != left.end() && *a <= *b) ? a : b;
    result.push_back(*from);
    *from = std::string();
    ++from;
  }
  return result;
}

std::uint64_t sort_once(random_numbers& random) {
  std::vector<lines> runs;
  for (std::size_t i = 0; i < runs_of_sort; ++i) runs.push_back(sorted_run(random));
  while (runs.size() > 1) {
    std::vector<lines> next;
    for (std::size_t i = 0; i < runs.size(); i += 2) {
      next.push_back(merged(std::move(runs[i]), std::move(runs[i + 1])));
    }
    runs = std::move(next);
  }
  require(std::is_sorted(runs[0].begin(), runs[0].end()), "string_sort: the result is not sorted");
  checksum sum;
  for (const std::string& line : runs[0]) sum.add(hash_of(line));
  return sum.value();
}

outcome run(const parameters& work) {
  random_numbers random(15);
  std::uint64_t sum = 0;
  for (std::size_t i = 0, end = work.count(40); i < end; ++i) sum += sort_once(random);
  return {sum};
}

}  // namespace

extern const workload string_sort = {
    .name = "string_sort",
    .summary = "Sorts and merges 64,000 strings of 8 to 60 letters, again and again",
    .threaded = false,
    .run = run,
};

}  // namespace strata::suite
