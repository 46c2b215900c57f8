// says: deleted
// An object of a thread-local pool ends on its thread: its owner cannot be passed on.
#include <strata/pool/thread_local_pool.hpp>

#include <thread>
#include <utility>

using pool = strata::thread_local_pool<int>;

void use(const pool::handle&) {}

void send(pool& mine) {
  auto one = mine.make(1);
  use(one);
#ifdef STRATA_FORBIDDEN
  std::thread([kept = std::move(one)] { use(kept); }).join();
#endif
}
