// The one symbol by which strata::malloc_scope finds the malloc that is in charge.
#include "heap/heap.hpp"

#pragma GCC visibility push(default)
extern "C" {

const strata::core::malloc_interface* strata_malloc_interface() noexcept {
  return &strata::core::own_malloc_interface();
}

}  // extern "C"
#pragma GCC visibility pop
