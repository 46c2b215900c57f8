// The STRATA_* keys: one table that the allocator, `strata options` and the
// documentation share, and one parser for their values.
//
// Precedence: environment over what the program sets over the build's default.
// An unknown key warns once and is ignored; a bad value is refused with a
// message and the default stands. Privileged programs (setuid) never read the
// environment: the caller simply does not apply it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "base/spelling.hpp"
#include "base/types.hpp"

namespace strata::base {

// Every value the allocator can be configured with, with the build's defaults.
struct settings {
  std::size_t reserve = 0;                // address space to reserve; 0: chosen from the machine
  std::size_t region_initial = 16 * mib;  // size of region 0
  std::size_t region_batch = 8;           // regions before the size doubles
  std::size_t region_shift_max = 6;       // doublings at most
  std::size_t retain_min = 2 * mib;       // free memory that is always kept
  std::size_t retain_percent = 12;        // of live memory, kept above retain_min
  std::size_t purge_delay_ms = 500;       // how long the budget above retain_min survives idleness
  bool purge_thread = false;              // a background thread purges while the program sleeps
  std::size_t limit = unlimited;          // of the root account
  std::string_view report_file;           // where a report snapshot goes at exit; empty: none
  std::size_t report_process = 0;         // the only process that writes it; 0: every process
};

enum class option_kind : std::uint8_t { size, count, flag, path };

// One row of the table: what a key is called, which field it sets, and which
// values that field takes. Exactly one of the field pointers is set: `number`
// for size and count, else the one that is named after the kind.
struct option {
  std::string_view key;  // "STRATA_RETAIN_MIN"
  option_kind kind;
  std::string_view meaning;  // one line

  std::size_t settings::*number = nullptr;
  bool settings::*flag = nullptr;
  std::string_view settings::*path = nullptr;

  // For numbers: the range, and a word for one value outside of it.
  std::size_t least = 0;
  std::size_t most = size_max;
  std::size_t multiple = 1;
  std::string_view word{};  // "unlimited", "auto"
  std::size_t word_value = 0;
};

// Every key, in the order `strata options` prints.
[[nodiscard]] std::span<const option> options() noexcept;

// The value of `which` in `from`, as text that `apply_option` would accept back.
// Writes into `buffer`, returns the part used. Paths refer to `from`.
[[nodiscard]] std::string_view option_value(const settings& from, const option& which,
                                            std::span<char> buffer) noexcept;

[[nodiscard]] const option* find_option(std::string_view key) noexcept;

enum class option_result : std::uint8_t { applied, unknown_key, bad_value };

// Sets one key; `into` is unchanged unless the result is `applied`. The text of
// a path must outlive `into`.
option_result apply_option(settings& into, std::string_view key, std::string_view value) noexcept;

// Why `value` is no value of `which`: "not a size (use e.g. 64K, 2M, 1G)".
// Written into `buffer`; empty when the value is accepted.
[[nodiscard]] std::string_view option_refusal(const option& which, std::string_view value,
                                              std::span<char> buffer) noexcept;

// Applies every "STRATA_KEY=value" of a NULL-terminated environment; warns about
// unknown keys and bad values through base::warn. STRATA_* keys that belong to
// the command line's own tools are in the table too. Call once per process: that
// is what makes a warning appear once.
void apply_environment(settings& into, const char* const* environment) noexcept;

// Whether there is anything that `apply_environment` would look at.
[[nodiscard]] bool has_options(const char* const* environment) noexcept;

// "64", "64K", "1M", "2g", "1.5G" is refused: whole numbers with an optional
// unit (K, M, G, T; powers of 1024; optional trailing "B" or "iB").
[[nodiscard]] std::optional<std::size_t> parse_size(std::string_view text) noexcept;

}  // namespace strata::base
