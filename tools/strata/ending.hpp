// How a process ended, in words, and ending in the same way ourselves.
#pragma once

#include <string>

namespace strata::tool {

[[nodiscard]] std::string signal_name(int signal);  // "SIGSEGV", "signal 40"

// Ends this process by the same signal, so that a shell sees what the program
// did. Without a second core dump: the program has left its own.
[[noreturn]] void end_by_signal(int signal);

}  // namespace strata::tool
