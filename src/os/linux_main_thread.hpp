// Keeps other threads' control blocks away from the main thread's.
#pragma once

#include <cstddef>

namespace strata::os {

inline constexpr std::size_t token_distance_min = std::size_t{16} << 10;

// Effects: what the file's head says, once. Without effect off the main thread.
void take_room_around_main_thread() noexcept;

}  // namespace strata::os
