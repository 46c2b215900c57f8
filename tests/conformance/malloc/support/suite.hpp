// A minimal test runner for programs that run under the allocator they test, so
// it must not need a working heap to report that the heap is broken.
//
// Invariants: nothing here allocates; a failed expectation is printed at once
// and the case goes on; run() fails when any case failed, when a case named on
// the command line does not exist, and when LD_PRELOAD names a library that
// malloc is not bound to.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>

namespace suite {

struct test_case {
  const char* name;
  void (*body)();
};

// std::source_location, which clang 14 does not have with this library.
struct location {
  const char* file;
  unsigned line;
  static constexpr location current(const char* file = __builtin_FILE(),
                                    unsigned line = __builtin_LINE()) {
    return {file, line};
  }
};

// Prints `what` and where, and counts a failure, unless `ok`.
bool expect(bool ok, std::string_view what, const location& where = location::current());

// The same, with both operands in the message.
bool expect_equal(long long actual, long long expected, std::string_view what,
                  const location& where = location::current());
bool expect_at_most(std::size_t actual, std::size_t bound, std::string_view what,
                    const location& where = location::current());
bool expect_at_least(std::size_t actual, std::size_t bound, std::string_view what,
                     const location& where = location::current());

// One line of measurement in the log.
void note(std::string_view what, std::size_t value);

[[nodiscard]] int failures();

// False when a test is run by hand, on the system's malloc.
[[nodiscard]] bool preloaded();

// Runs the cases named in the arguments, or all; the exit status of the program.
int run(std::span<const test_case> cases, int argc, char** argv);

}  // namespace suite
