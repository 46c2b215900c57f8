// What strata::checked finds: mistakes of a program with its memory, each with
// the block, the numbers and the calls that belong to it.
//
//   strata::debug_config config;
//   config.on_error = [](const strata::debug_error& error) { std::cerr << error; };
#pragma once

#include <cstddef>
#include <cstdint>
#include <iosfwd>
#include <span>
#include <string>
#include <string_view>

namespace strata {

enum class debug_error_kind : std::uint8_t {
  double_free,         ///< deallocate of a block that is free already
  foreign_pointer,     ///< deallocate of what is no block of this resource
  size_mismatch,       ///< deallocate with another size than allocate
  alignment_mismatch,  ///< deallocate with another alignment than allocate
  bad_alignment,       ///< allocate with an alignment that is no power of two
  overflow,            ///< a write past the end of a block
  underflow,           ///< a write before the start of a block
  use_after_free,      ///< a write into a block that was free
  leak                 ///< blocks of one call site that live when the resource ends
};

/// Returns: the kind in words, as diagnoses begin: "double free".
[[nodiscard]] std::string_view name_of(debug_error_kind kind) noexcept;

/// Return addresses of calls, innermost first; empty where none were recorded.
using call_stack = std::span<void* const>;

/// One mistake. Everything it refers to lives as long as the call that got it.
/// What does not apply to the kind, or is not known, is null, 0 or empty.
struct debug_error {
  debug_error_kind kind = debug_error_kind::leak;
  std::string_view resource{};      ///< the name of the resource that found it
  const void* address = nullptr;    ///< the pointer given, or the first byte that was overwritten
  const void* block = nullptr;      ///< the block concerned; for a leak, none
  std::size_t bytes = 0;            ///< of the block as allocated; of a leak, all of its blocks'
  std::size_t alignment = 0;        ///< of the block as allocated
  std::size_t given_bytes = 0;      ///< what deallocate was given
  std::size_t given_alignment = 0;  ///< what the call that was wrong was given
  std::size_t blocks = 1;           ///< how many leaked
  std::uint64_t serial = 0;         ///< the block was the n-th that the resource gave
  call_stack allocated{};           ///< who allocated the block
  call_stack freed{};               ///< who deallocated it before
  call_stack found{};               ///< whose call found the mistake
};

/// Effects: writes one line that says what, where and the likely cause, and below
///   it the calls, symbolised.
std::ostream& operator<<(std::ostream& out, const debug_error& error);

/// Live blocks that one call stack allocated.
struct leak_site {
  call_stack allocated{};
  std::size_t blocks = 0;
  std::size_t bytes = 0;
};

/// Returns: what is at a return address, as `function+0x1c (file+0x2a31)`, with
///   what is known; addr2line takes the file and the second number.
/// Throws: std::bad_alloc.
[[nodiscard]] std::string symbol_of(const void* return_address);

}  // namespace strata
