// What the launcher does on its side of the socket, until the other closes it.
#pragma once

#include <csignal>
#include <cstdint>

namespace strata::tool::compare {

// The first number of a request; the other parts in the order named.
enum class request : std::int64_t {
  start,   // file, command, environment, directory, input, output -> process or -errno
  wait,    // process, milliseconds or -1 -> 0, or 1, status and figures
  signal,  // process, number -> 0
  floor,   // -> KiB
};

// `mask` is what programs start with.
[[noreturn]] void serve_launches(int socket, const sigset_t& mask);

}  // namespace strata::tool::compare
