// A name for the crash when somebody writes over the end of a guarded range, or a
// fiber runs out of its stack.
//
//   strata::diagnose_guard_hits();
//
// Without it, touching a guard is a plain segmentation fault. With it the program
// says first which range it was and how far from it the address lies.
#pragma once

namespace strata {

/// Effects: from now on, a fault at a guard of strata writes a diagnosis that names
///   the range, and aborts. At a guard between fiber stacks it names the fiber and its
///   stack, and takes its course; so do faults elsewhere, without a word: they go to the
///   handler that was installed before, or end the program as they would have. The
///   calling thread gets an alternate signal stack if it has none; a repeated call does
///   only that.
/// Returns: whether the system agreed.
/// Complexity: a fault is linear in guarded ranges; nothing else costs anything.
bool diagnose_guard_hits() noexcept;

}  // namespace strata
