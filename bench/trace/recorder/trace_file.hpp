// The file of this process: named after it, made on the first call, and grown chunk
// by chunk. No descriptor stays open, since programs close those they do not know.
#pragma once

#include <cstdint>

namespace strata::trace {

// A chunk of zeros that is mapped from the file; nullptr when recording has stopped,
// which was then said on stderr.
[[nodiscard]] std::uint8_t* take_chunk() noexcept;

void return_chunk_memory(std::uint8_t* chunk) noexcept;  // its contents stay in the file

// In the child of a fork: the next take_chunk() makes a file of its own.
void begin_new_file() noexcept;

}  // namespace strata::trace
