// Stands in for libstrata_malloc.so in tests of the command: changes no malloc,
// and writes a synthetic snapshot at exit as the environment asks. With
// FAKE_PRELOAD_TRUNCATE set it writes half of one; with FAKE_PRELOAD_VERSION, one
// of another version.
#include <unistd.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "support/synthetic_snapshot.hpp"

namespace {

bool is_meant() {
  const char* const process = std::getenv("STRATA_REPORT_PID");
  return process != nullptr && std::to_string(::getpid()) == process;
}

[[gnu::destructor]] void write_report() {
  const char* const path = std::getenv("STRATA_REPORT_FILE");
  if (path == nullptr || !is_meant()) return;
  auto report = strata::test::synthetic_snapshot();
  report.process = static_cast<std::uint64_t>(::getpid());
  if (std::getenv("FAKE_PRELOAD_VERSION") != nullptr) ++report.magic;
  std::size_t bytes = sizeof report;
  if (std::getenv("FAKE_PRELOAD_TRUNCATE") != nullptr) bytes /= 2;
  std::FILE* const file = std::fopen(path, "wb");
  if (file == nullptr) return;
  std::fwrite(&report, 1, bytes, file);
  std::fclose(file);
}

}  // namespace
