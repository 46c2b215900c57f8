// says: (no matching (member )?function|cannot convert|could not convert|no viable conversion)
// The key of one type of object finds none of another.
#include <strata/pool/keyed_pool.hpp>

#include "test_pool.hpp"

using numbers = strata::keyed_pool<int, strata::key<int>, test_pool<int>>;

int* find(numbers& pool, strata::key<int> right, [[maybe_unused]] strata::key<long> wrong) {
#ifdef STRATA_FORBIDDEN
  return pool.find(wrong);
#endif
  return pool.find(right);
}
