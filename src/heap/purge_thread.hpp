// The optional background thread (STRATA_PURGE_THREAD): it pumps while the
// program sleeps. Off by default, because a second thread takes the C library
// and libstdc++ out of their single-threaded mode, which costs programs more
// than late returns of memory: the byte budget needs no thread. The child of a
// fork has none; it may have forked only to call exec.
#pragma once

namespace strata::core {

// Once per process; refused threads are not missed.
void start_purge_thread() noexcept;

}  // namespace strata::core
