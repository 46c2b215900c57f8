// says: (could not convert|no viable conversion|conversion from)
// A handle gives back a slot, and a base does not know where the slot begins.
#include <strata/pool/owned_handle.hpp>

#include <utility>

#include "test_pool.hpp"

using derived_handle = strata::owned_handle<derived_object, test_pool<derived_object>>;
using base_handle = strata::owned_handle<base_object, test_pool<derived_object>>;

const base_object& use(derived_handle& from) {
#ifdef STRATA_FORBIDDEN
  base_handle slice = std::move(from);
#endif
  return *from;
}
