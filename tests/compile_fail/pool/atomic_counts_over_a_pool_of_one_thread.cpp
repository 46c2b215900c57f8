// says: take a synchronized pool, or plain_counts
// The last handle may end on any thread, so any thread must be able to give the
// slot back.
#include <strata/pool/counted_pool.hpp>

#include "test_pool.hpp"

template <template <class> class Pool, class Counts>
using counted = strata::counted_pool<int, Counts, Pool<strata::shared_slot<int, Counts>>>;

auto make(counted<synchronized_test_pool, strata::atomic_counts>& pool) { return pool.make(1); }
auto make(counted<test_pool, strata::plain_counts>& pool) { return pool.make(1); }
#ifdef STRATA_FORBIDDEN
auto make(counted<test_pool, strata::atomic_counts>& pool) { return pool.make(1); }
#endif
