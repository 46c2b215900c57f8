// Faults of the processor: who may look at one before it takes its course. Not in
// the malloc core, which never handles a signal.
#pragma once

namespace strata::os {

struct fault {
  const void* address;        // that was touched
  const void* instruction;    // that touched it; nullptr: unknown
  const void* stack_pointer;  // nullptr: unknown
};

// What looks at a fault, in the signal handler, on the thread that faulted. It ends
// the program, or returns and lets the fault take its course.
using fault_watcher = void (*)(const fault& what) noexcept;

// Asks `watcher` at every fault from now on; asking again is harmless. Faults that
// no watcher knows go where they would have gone before the first call. False: the
// system refuses, or there are too many watchers.
[[nodiscard]] bool watch_faults(fault_watcher watcher) noexcept;

// Gives the calling thread a stack for signal handlers, unless it has one, until
// it ends. False: the system refuses.
[[nodiscard]] bool provide_alternate_stack() noexcept;

}  // namespace strata::os
