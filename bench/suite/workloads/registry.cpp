// The list of workloads; each is defined in the file of its name, or of its family.
#include "registry.hpp"

namespace strata::suite {

extern const workload churn_small, churn_mixed, fragmentation, swings;
extern const workload delete_sized, delete_unsized, realloc_growth, calloc_tables, large_blocks;
extern const workload larson, thread_storm, producer_consumer, message_ring;
extern const workload passive_false_sharing, active_false_sharing, scaling;
extern const workload parser, key_value, lru_cache, string_sort, tree_churn, hash_churn;

std::span<const workload* const> all_workloads() {
  static constexpr const workload* all[] = {
      &churn_small,
      &churn_mixed,
      &fragmentation,
      &swings,
      &delete_sized,
      &delete_unsized,
      &realloc_growth,
      &calloc_tables,
      &large_blocks,
      &larson,
      &thread_storm,
      &producer_consumer,
      &message_ring,
      &scaling,
      &passive_false_sharing,
      &active_false_sharing,
      &parser,
      &key_value,
      &lru_cache,
      &string_sort,
      &tree_churn,
      &hash_churn,
  };
  return all;
}

}  // namespace strata::suite
