// says: heap_fallback needs release to look
// Objects of the fallback are told from the pool's own by the check.
#include <strata/pool/fixed_pool.hpp>

#ifdef STRATA_FORBIDDEN
using numbers = strata::fixed_pool<int, strata::unchecked_release, strata::heap_fallback>;
#else
using numbers = strata::fixed_pool<int, strata::unchecked_release>;
#endif

int first(numbers& pool) { return pool.emplace(1); }
