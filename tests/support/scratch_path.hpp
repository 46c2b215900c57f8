// Where a test may write a file. ctest runs the tests of one executable side by side,
// each in a process of its own, and another build of them may run at the same time: a
// name that two of them share is a race.
#pragma once

#include <gtest/gtest.h>
#include <unistd.h>

#include <string>

namespace strata::test {

// In the folder for temporary files, and of this process alone.
[[nodiscard]] inline std::string scratch_path(const std::string& name) {
  return testing::TempDir() + name + "." + std::to_string(::getpid());
}

}  // namespace strata::test
