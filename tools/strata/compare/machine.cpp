// From uname and /proc/cpuinfo.
#include "compare/machine.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/utsname.h>

#include <ctime>
#include <fstream>

namespace strata::tool::compare {
namespace {

std::string processor_name() {
  std::ifstream in("/proc/cpuinfo");
  for (std::string line; std::getline(in, line);) {
    const std::size_t colon = line.find(": ");
    if (line.starts_with("model name") && colon != std::string::npos) return line.substr(colon + 2);
  }
  return "unknown";
}

int available_cores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  return ::sched_getaffinity(0, sizeof set, &set) == 0 ? CPU_COUNT(&set) : 1;
}

}  // namespace

machine this_machine() {
  utsname system{};
  ::uname(&system);
  return {.processor = processor_name(),
          .cores = available_cores(),
          .kernel = fmt::format("{} {}", std::string_view(system.sysname),
                                std::string_view(system.release)),
          .time = fmt::format("{:%Y-%m-%dT%H:%M:%SZ}", fmt::gmtime(std::time(nullptr)))};
}

}  // namespace strata::tool::compare
