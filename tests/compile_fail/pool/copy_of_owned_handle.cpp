// says: (use of|uses|call to) deleted
// An object in a pool has one owner: a copy would release it twice.
#include <strata/pool/owned_handle.hpp>

#include <utility>

#include "test_pool.hpp"

using handle = strata::owned_handle<int, test_pool<int>>;

handle take(handle& from) {
#ifdef STRATA_FORBIDDEN
  return handle(from);
#endif
  return std::move(from);
}
