// Facts of the machine and of the process that decide how well strata can work.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "os/os.hpp"

namespace strata::tool {

struct machine_facts {
  std::size_t page_bytes = 0;
  std::size_t memory_bytes = 0;
  std::size_t address_limit = SIZE_MAX;  // RLIMIT_AS; SIZE_MAX: none
  std::size_t data_limit = SIZE_MAX;     // RLIMIT_DATA
  os::guard_kind guard = os::guard_kind::none;

  std::string huge_pages;  // the mode that is chosen: "always", "madvise", "never"; empty: none
  std::string huge_defrag;
  bool huge_forbidden = false;  // for this process and its children

  std::optional<std::uint64_t> map_count_max;
  std::optional<std::uint64_t> overcommit;  // 0 guess, 1 always, 2 strictly
  std::uint64_t commit_limit = 0;           // counts in mode 2 only
  std::uint64_t committed = 0;

  os::group_memory group{SIZE_MAX, 0};
  bool pressure_known = false;
  bool randomised = true;  // addresses differ from run to run
  std::size_t nodes = 1;
};

[[nodiscard]] machine_facts read_machine();

// The word in brackets of "always [madvise] never"; empty: none.
[[nodiscard]] std::string chosen_word(const std::string& modes);

// How many numbers a list such as "0-3,8" names; 1 when it cannot be read.
[[nodiscard]] std::size_t count_of_list(const std::string& list);

// The number of kilobytes after `label` in the text of /proc/meminfo, in bytes; 0: none.
[[nodiscard]] std::uint64_t bytes_after(const std::string& text, const std::string& label);

}  // namespace strata::tool
