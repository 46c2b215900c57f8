#include "suite.hpp"

#include <dlfcn.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <climits>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace suite {
namespace {

constinit std::atomic<int> failed{0};

// One write per line, from a stack buffer: safe in any thread and when out of memory.
[[gnu::format(printf, 1, 2)]] void print(const char* format, ...) {
  char line[1024];
  std::va_list arguments;
  va_start(arguments, format);
  const int length = std::vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  const auto bytes = std::min(static_cast<std::size_t>(length), sizeof line - 1);
  if (::write(STDOUT_FILENO, line, bytes) < 0) std::abort();
}

bool judge(bool ok, std::string_view what, const char* details, const location& where) {
  if (!ok) {
    failed.fetch_add(1);
    print("%s:%u: failed: %.*s%s\n", where.file, where.line, static_cast<int>(what.size()),
          what.data(), details);
  }
  return ok;
}

bool judge_numbers(bool ok, std::string_view what, const char* relation, long long actual,
                   long long expected, const location& where) {
  char details[96];
  std::snprintf(details, sizeof details, ": %lld, expected %s%lld", actual, relation, expected);
  return judge(ok, what, details, where);
}

// An ignored preload would silently test the system's malloc.
bool preload_is_active() {
  if (!preloaded()) {
    print("no LD_PRELOAD: testing the system's malloc\n");
    return true;
  }
  const char* wanted = std::getenv("LD_PRELOAD");
  Dl_info bound{};
  void* function = ::dlsym(RTLD_DEFAULT, "malloc");
  char wanted_path[PATH_MAX];
  char bound_path[PATH_MAX];
  const bool active = function != nullptr && ::dladdr(function, &bound) != 0 &&
                      ::realpath(wanted, wanted_path) != nullptr &&
                      ::realpath(bound.dli_fname, bound_path) != nullptr &&
                      std::strcmp(wanted_path, bound_path) == 0;
  if (!active)
    print("failed: LD_PRELOAD is %s, but malloc comes from %s\n", wanted, bound.dli_fname);
  return active;
}

bool run_one(const test_case& which) {
  const int before = failures();
  which.body();
  const bool ok = failures() == before;
  print("%s %s\n", ok ? "ok    " : "FAILED", which.name);
  return ok;
}

}  // namespace

bool expect(bool ok, std::string_view what, const location& where) {
  return judge(ok, what, "", where);
}

bool expect_equal(long long actual, long long expected, std::string_view what,
                  const location& where) {
  return judge_numbers(actual == expected, what, "", actual, expected, where);
}

bool expect_at_most(std::size_t actual, std::size_t bound, std::string_view what,
                    const location& where) {
  return judge_numbers(actual <= bound, what, "at most ", static_cast<long long>(actual),
                       static_cast<long long>(bound), where);
}

bool expect_at_least(std::size_t actual, std::size_t bound, std::string_view what,
                     const location& where) {
  return judge_numbers(actual >= bound, what, "at least ", static_cast<long long>(actual),
                       static_cast<long long>(bound), where);
}

void note(std::string_view what, std::size_t value) {
  print("       %.*s: %zu\n", static_cast<int>(what.size()), what.data(), value);
}

int failures() { return failed.load(); }

bool preloaded() {
  const char* wanted = std::getenv("LD_PRELOAD");
  return wanted != nullptr && *wanted != '\0';
}

int run(std::span<const test_case> cases, int argc, char** argv) {
  if (!preload_is_active()) return EXIT_FAILURE;
  if (argc == 1) {
    for (const test_case& which : cases) run_one(which);
  }
  for (int i = 1; i < argc; ++i) {
    bool found = false;
    for (const test_case& which : cases) {
      if (std::strcmp(which.name, argv[i]) != 0) continue;
      found = true;
      run_one(which);
    }
    expect(found, argv[i]);
  }
  return failures() == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace suite
