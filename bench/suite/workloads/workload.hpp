// What a workload of the suite is: a name, and a function that does a fixed
// amount of work with the program's malloc and says what came of it.
//
// The work depends on the parameters alone, never on addresses, time or the
// order in which threads run, so the checksum is the same under every allocator.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace strata::suite {

struct parameters {
  double scale = 1;      // of the amount of work; live memory stays, until the work is too little
  unsigned threads = 2;  // of workloads that use several

  // `full` operations at scale 1; at least one.
  [[nodiscard]] std::size_t count(std::size_t full) const {
    const auto scaled = static_cast<std::size_t>(static_cast<double>(full) * scale);
    return scaled == 0 ? 1 : scaled;
  }
};

struct outcome {
  std::uint64_t checksum = 0;
  std::string remark = {};  // printed before the checksum, where there is more to say
};

struct workload {
  const char* name;
  const char* summary;  // one line
  bool threaded;        // whether it heeds parameters::threads
  outcome (*run)(const parameters&);
};

}  // namespace strata::suite
