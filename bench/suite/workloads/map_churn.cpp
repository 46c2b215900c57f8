// Nodes of a red-black tree (std::map) and of a hash table (std::unordered_map)
// that come and go. Beside it the table's array is reallocated as it grows.
#include <map>
#include <unordered_map>

#include "random_numbers.hpp"
#include "workload.hpp"

namespace strata::suite {
namespace {

constexpr std::size_t keys = 100'000;

// Grows to about half of the keys, churns, and is cleared; several times.
template <class Map>
outcome run(const parameters& work, std::size_t full_steps) {
  constexpr std::size_t rounds = 4;
  random_numbers random(16);
  checksum sum;
  for (std::size_t round = 0; round < rounds; ++round) {
    Map map;
    for (std::size_t i = 0, end = work.count(full_steps / rounds); i < end; ++i) {
      const std::size_t key = scrambled(random.below(keys));
      const auto [place, is_new] = map.try_emplace(key, i);
      if (is_new) continue;
      sum.add(place->second);
      map.erase(place);
    }
    sum.add(map.size());
  }
  return {sum.value()};
}

outcome run_tree(const parameters& work) {
  return run<std::map<std::size_t, std::size_t>>(work, 7'000'000);
}

outcome run_hash(const parameters& work) {
  return run<std::unordered_map<std::size_t, std::size_t>>(work, 24'000'000);
}

}  // namespace

extern const workload tree_churn = {
    .name = "tree_churn",
    .summary = "Nodes of a red-black tree that come and go, 50,000 live",
    .threaded = false,
    .run = run_tree,
};

extern const workload hash_churn = {
    .name = "hash_churn",
    .summary = "Nodes of a hash table that come and go, 50,000 live",
    .threaded = false,
    .run = run_hash,
};

}  // namespace strata::suite
