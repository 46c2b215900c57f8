// A file of allocations and deallocations, in the order in which they happened:
// the format that bench/'s strata_replay reads, shows and does again under any
// allocator (docs/benchmarks.md).
//
//   strata::trace_writer trace("level.trace");
//   strata::logged textures(texture_heap, trace);   // writes here
//   strata::logged sounds(sound_heap, trace);       // and here too
//
// Blocks are told apart by their addresses. So what one logged resource passes on
// to another must go to different files.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace strata {

/// May be used by several threads at once. Allocates nothing after it was made, so
/// that it may write down what the program's own memory is made of.
class trace_writer {
 public:
  /// Effects: creates the file, or replaces it. `program` is what the trace says it
  ///   is of; the first 223 bytes are kept.
  /// Throws: std::system_error if the file cannot be written.
  explicit trace_writer(const std::string& path, std::string_view program = "strata::logged");

  /// Effects: writes what was not yet written.
  ~trace_writer();

  trace_writer(const trace_writer&) = delete;
  trace_writer& operator=(const trace_writer&) = delete;

  /// Effects: writes down that the calling thread got a block. Call it after.
  /// Complexity: a lock; a write of 64 KiB every 9 000 calls or so.
  void allocated(const void* block, std::size_t bytes, std::size_t alignment) noexcept;

  /// Effects: writes down that the calling thread frees a block. Call it before.
  void released(const void* block) noexcept;

  /// Effects: brings the file up to date. It is so when the writer ends; a program
  ///   that ends otherwise leaves what was written until then.
  /// Returns: whether the file has everything. Where it could not be written, the
  ///   program was warned once on stderr, and nothing more is recorded.
  bool flush() noexcept;

 private:
  struct state;

  std::unique_ptr<state> state_;
};

}  // namespace strata
