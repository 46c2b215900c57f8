// A full memory barrier in every running thread of the process, on demand of one.
#pragma once

namespace strata::os {

// Prepares it; asking again is harmless. False: this system has none.
[[nodiscard]] bool prepare_thread_barrier() noexcept;

// Every thread that runs passes a full barrier before the return; one that does not
// run passed one when it stopped. Does not wait for threads. False: refused.
[[nodiscard]] bool pass_thread_barrier() noexcept;

}  // namespace strata::os
