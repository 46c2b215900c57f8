// A server whose threads come and go, after Larson and Krishnan's benchmark:
// each serves requests for a while and hands what is live to its successor, who
// thus frees blocks of threads that are gone.
#include "churn.hpp"
#include "crew.hpp"
#include "workload.hpp"

namespace strata::suite {
namespace {

constexpr std::size_t places = 5'000;
constexpr std::size_t requests = 50'000;  // of one thread's life

// One chain of threads; only the first one waits for the others.
std::uint64_t serve(unsigned index, std::size_t generations) {
  churn_table live(places, 10 + index);
  const auto serve_for_a_while = [&live](unsigned) {
    live.replace(requests, [](random_numbers& random) { return random.between(10, 1000); });
    return std::uint64_t{0};
  };
  for (std::size_t i = 0; i < generations; ++i) run_crew(1, serve_for_a_while);
  live.clear();
  return live.sum();
}

outcome run(const parameters& work) {
  const std::size_t generations = work.count(250);
  return {run_crew(work.threads, [&](unsigned index) { return serve(index, generations); })};
}

}  // namespace

extern const workload larson = {
    .name = "larson",
    .summary = "A server whose threads hand their 5,000 live blocks to successors",
    .threaded = true,
    .run = run,
};

}  // namespace strata::suite
