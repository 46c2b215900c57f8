// What strata::checked says, and where: diagnoses, leaks, the log of operations.
// Nothing here holds a lock of the blocks, since naming a call allocates.
#pragma once

#include <functional>
#include <iosfwd>
#include <mutex>
#include <span>
#include <string_view>

#include <strata/adaptor/debug_error.hpp>

namespace strata::core {

using text_sink = std::function<void(std::string_view)>;

// One line, without name and end: "the block at 0x... (24 bytes, #7 of 'x') is ...".
void describe(const debug_error& error, const text_sink& sink);

// The calls of each kind that are known, one a line.
void describe_calls(const debug_error& error, const text_sink& sink);

// `sites` with most bytes first.
void describe_leaks(std::string_view resource, std::span<const leak_site> sites,
                    const text_sink& sink);

// Writes the diagnosis to stderr, then the calls, and ends the program. The
// line needs no memory, and comes first: naming the calls may fail when the
// program's own heap is damaged.
[[noreturn]] void end_because_of(const debug_error& error) noexcept;

// A stream that several threads write whole texts to; none: stderr, unbuffered.
class checked_output {
 public:
  explicit checked_output(std::ostream* stream) noexcept : stream_(stream) {}

  void write(std::string_view text) noexcept;

 private:
  std::ostream* stream_;
  std::mutex mutex_;
};

}  // namespace strata::core
