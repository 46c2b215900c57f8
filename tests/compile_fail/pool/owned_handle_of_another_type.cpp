// says: a handle is of the type of its pool's objects
// The type of a handle is that of its pool's objects.
#include <strata/pool/owned_handle.hpp>

#include "test_pool.hpp"

void adopt(test_pool<int>& pool, int* object, [[maybe_unused]] long* other) {
  strata::owned_handle<int, test_pool<int>> right(pool, object);
#ifdef STRATA_FORBIDDEN
  strata::owned_handle<long, test_pool<int>> wrong(pool, other);
#endif
}
