// The library as a whole in C: version, beginning and end, what the process holds.
#include <string_view>

#include "c/error.hpp"
#include "c/handles.hpp"

using namespace strata::c_interface;
namespace core = strata::core;

namespace {

// The version of the build and that of the header are the same three numbers.
constexpr bool header_has_this_version() {
  std::string_view rest = STRATA_VERSION;
  for (const int part : {STRATA_VERSION_MAJOR, STRATA_VERSION_MINOR, STRATA_VERSION_PATCH}) {
    int number = 0;
    while (!rest.empty() && rest.front() != '.') {
      number = number * 10 + (rest.front() - '0');
      rest.remove_prefix(1);
    }
    if (number != part) return false;
    if (!rest.empty()) rest.remove_prefix(1);
  }
  return rest.empty();
}
static_assert(header_has_this_version(), "strata/c/library.h states another version than CMake");

// Before 1.0 minor versions differ, then major ones. An older library may lack functions.
constexpr bool compatible(int header) noexcept {
  constexpr int library = STRATA_VERSION_NUMBER;
  constexpr int unit = STRATA_VERSION_MAJOR == 0 ? 100 : 10000;
  return header / unit == library / unit && header <= library;
}

}  // namespace

const char* strata_version() { return STRATA_VERSION; }

int strata_version_number() { return STRATA_VERSION_NUMBER; }

int strata_init(int version) {
  if (!compatible(version)) {
    return failed(fail_argument("strata: the program was made for another version of the library"));
  }
  void* const probe = core::allocate(1);
  if (probe == nullptr) return failed(fail_memory());
  core::deallocate(probe);
  return 1;
}

size_t strata_shutdown() {
  core::purge();
  return core::process_accounts().root().usage();
}

size_t strata_pump() { return core::pump(); }

int strata_process_get_statistics(strata_process_statistics* into) {
  if (into == nullptr) return failed(fail_argument(no_place));
  core::snapshot now;
  core::take_snapshot(now);
  const core::account& root = core::process_accounts().root();
  *into = {.held = root.usage(),
           .held_peak = root.peak(),
           .resident = now.resident,
           .resident_peak = now.resident_peak,
           .reserved = now.reserved,
           .threads = now.threads_now,
           .later = {}};
  return 1;
}
