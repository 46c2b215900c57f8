// says: (private|inaccessible|no matching|cannot (convert|bind))
// Only a counted_pool makes slots: nobody else has the home they go back to.
#include <strata/pool/counted_pool.hpp>

#include "test_pool.hpp"

using slot = strata::shared_slot<int, strata::plain_counts>;
using numbers = strata::counted_pool<int, strata::plain_counts, test_pool<slot>>;

auto make(numbers& pool) {
#ifdef STRATA_FORBIDDEN
  static_cast<strata::detail::slot_home<int, strata::plain_counts>&>(pool);
#endif
  return pool.make(1);
}
