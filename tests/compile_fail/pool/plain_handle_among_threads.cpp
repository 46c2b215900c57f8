// says: (could not convert|no viable conversion|conversion from|no matching function)
// A handle of one thread does not get into code that wants handles of all threads.
#include <strata/pool/shared_handle.hpp>

using one_thread = strata::shared_handle<int, strata::plain_counts>;
using any_thread = strata::shared_handle<int, strata::atomic_counts>;

void give_to_another_thread(any_thread handle);

void pass(const one_thread& mine, const any_thread& ours) {
  give_to_another_thread(ours);
#ifdef STRATA_FORBIDDEN
  give_to_another_thread(mine);
#endif
  static_cast<void>(mine);
}
