// A malloc scope as the process keeps it: what a thread's malloc came from before
// the scope, and what it comes from inside. The memory is the caller's, and
// nothing leads back to it: a thread may end without leaving its scopes.
#pragma once

#include <cstddef>

namespace strata::core {

class owner;

struct malloc_redirection {
  owner* outer;       // local heap before
  owner* inner;       // local heap inside
  std::size_t depth;  // scopes of the thread, this one included
};

}  // namespace strata::core
