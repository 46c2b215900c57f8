// The rows of the table of keys: the one place where a key, its field, its range
// and its meaning are written. `strata options` prints it; docs/reference/options.md
// explains it.
#include "base/options.hpp"

namespace strata::base {
namespace {

constexpr std::size_t tib = gib << 10;
constexpr std::size_t segment_step = 4 * mib;  // regions are cut into steps of this size
constexpr std::size_t hour_ms = 3'600'000;

constexpr option table[] = {
    {.key = "STRATA_RESERVE",
     .kind = option_kind::size,
     .meaning = "address space to reserve; auto: chosen from the machine",
     .number = &settings::reserve,
     .least = 64 * mib,
     .most = 64 * tib,
     .multiple = segment_step,
     .word = "auto",
     .word_value = 0},
    {.key = "STRATA_REGION_INITIAL",
     .kind = option_kind::size,
     .meaning = "size of the first region",
     .number = &settings::region_initial,
     .least = segment_step,
     .most = tib,
     .multiple = segment_step},
    {.key = "STRATA_REGION_BATCH",
     .kind = option_kind::count,
     .meaning = "regions of one size before the size doubles",
     .number = &settings::region_batch,
     .least = 1,
     .most = 1024},
    {.key = "STRATA_REGION_SHIFT_MAX",
     .kind = option_kind::count,
     .meaning = "how often the size of regions doubles at most",
     .number = &settings::region_shift_max,
     .most = 16},
    {.key = "STRATA_RETAIN_MIN",
     .kind = option_kind::size,
     .meaning = "free memory that is always kept for reuse",
     .number = &settings::retain_min,
     .most = tib},
    {.key = "STRATA_RETAIN_PERCENT",
     .kind = option_kind::count,
     .meaning = "percent of live memory kept for reuse above STRATA_RETAIN_MIN",
     .number = &settings::retain_percent,
     .most = 1000},
    {.key = "STRATA_PURGE_DELAY_MS",
     .kind = option_kind::count,
     .meaning = "milliseconds that memory above STRATA_RETAIN_MIN is kept while idle",
     .number = &settings::purge_delay_ms,
     .most = hour_ms},
    {.key = "STRATA_PURGE_THREAD",
     .kind = option_kind::flag,
     .meaning = "a thread of strata's own gives memory back while the program sleeps",
     .flag = &settings::purge_thread},
    {.key = "STRATA_LIMIT",
     .kind = option_kind::size,
     .meaning = "memory that strata may hold; requests beyond it are refused",
     .number = &settings::limit,
     .least = mib,
     .word = "unlimited",
     .word_value = unlimited},
    {.key = "STRATA_REPORT_FILE",
     .kind = option_kind::path,
     .meaning = "file that receives the snapshot at exit; set by 'strata run'",
     .path = &settings::report_file},
    {.key = "STRATA_REPORT_PID",
     .kind = option_kind::count,
     .meaning = "the only process that writes the snapshot; set by 'strata run'",
     .number = &settings::report_process,
     .least = 1,
     .word = "any",
     .word_value = 0},
};

}  // namespace

std::span<const option> options() noexcept { return table; }

const option* find_option(std::string_view key) noexcept {
  for (const option& candidate : table) {
    if (candidate.key == key) return &candidate;
  }
  return nullptr;
}

}  // namespace strata::base
