#include "block.hpp"

#include <cinttypes>
#include <cstdio>

namespace strata::suite {

// The block's bytes stay out of the message: they may not even be mapped.
void fail_damaged(const block& damaged) {
  char text[120];
  std::snprintf(text, sizeof text, "the contents of a block of %zu bytes (tag %" PRIu64 ") changed",
                damaged.size, damaged.tag);
  fail(text);
}

}  // namespace strata::suite
