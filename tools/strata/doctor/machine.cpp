// Asks the os layer where it has the question, and /proc and /sys for the rest.
#include "doctor/machine.hpp"

#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>

#include <charconv>
#include <fstream>
#include <sstream>

namespace strata::tool {
namespace {

std::string text_of(const char* path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();
  return text.str();
}

std::optional<std::uint64_t> number_in(std::string_view text) {
  std::uint64_t number = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), number);
  if (read.ec != std::errc{}) return std::nullopt;
  return number;
}

std::size_t soft_limit(int resource) {
  rlimit limit{};
  if (::getrlimit(static_cast<__rlimit_resource_t>(resource), &limit) != 0) return SIZE_MAX;
  return limit.rlim_cur;  // RLIM_INFINITY is SIZE_MAX
}

// On a page of our own, which is released again.
os::guard_kind probe_guard(std::size_t page) {
  void* const range = os::platform::reserve(page, page, os::initial_access::none);
  if (range == nullptr) return os::guard_kind::none;
  const bool usable = os::platform::commit(range, page);
  const auto kind = usable ? os::platform::install_guard(range, page) : os::guard_kind::none;
  os::platform::release(range, page);
  return kind;
}

bool is_randomised() {
  constexpr unsigned long query = 0xffffffff;
  const int present = ::personality(query);
  if (present != -1 && (present & ADDR_NO_RANDOMIZE) != 0) return false;
  return number_in(text_of("/proc/sys/kernel/randomize_va_space")).value_or(2) != 0;
}

}  // namespace

std::string chosen_word(const std::string& modes) {
  const std::size_t open = modes.find('[');
  const std::size_t close = modes.find(']', open);
  if (open == std::string::npos || close == std::string::npos) return {};
  return modes.substr(open + 1, close - open - 1);
}

std::size_t count_of_list(const std::string& list) {
  std::istringstream ranges(list);
  std::size_t count = 0;
  for (std::string range; std::getline(ranges, range, ',');) {
    const auto first = number_in(range);
    if (!first) continue;
    const std::size_t dash = range.find('-');
    const auto last = dash == std::string::npos ? first : number_in(range.substr(dash + 1));
    if (last && *last >= *first) count += *last - *first + 1;
  }
  return count != 0 ? count : 1;
}

std::uint64_t bytes_after(const std::string& text, const std::string& label) {
  const std::size_t at = text.find(label);
  if (at == std::string::npos) return 0;
  const std::size_t digit = text.find_first_of("0123456789\n", at + label.size());
  if (digit == std::string::npos) return 0;
  return number_in(std::string_view(text).substr(digit)).value_or(0) * 1024;
}

machine_facts read_machine() {
  machine_facts facts;
  facts.page_bytes = os::platform::page_size();
  facts.memory_bytes = os::platform::physical_memory();
  facts.address_limit = os::platform::address_space_limit();
  facts.data_limit = soft_limit(RLIMIT_DATA);
  facts.guard = probe_guard(facts.page_bytes);
  facts.huge_pages = chosen_word(text_of("/sys/kernel/mm/transparent_hugepage/enabled"));
  facts.huge_defrag = chosen_word(text_of("/sys/kernel/mm/transparent_hugepage/defrag"));
  facts.huge_forbidden = ::prctl(PR_GET_THP_DISABLE, 0, 0, 0, 0) == 1;
  facts.map_count_max = number_in(text_of("/proc/sys/vm/max_map_count"));
  facts.overcommit = number_in(text_of("/proc/sys/vm/overcommit_memory"));
  const std::string memory = text_of("/proc/meminfo");
  facts.commit_limit = bytes_after(memory, "CommitLimit:");
  facts.committed = bytes_after(memory, "Committed_AS:");
  facts.group = os::platform::group();
  facts.pressure_known = !text_of("/proc/pressure/memory").empty();
  facts.randomised = is_randomised();
  facts.nodes = count_of_list(text_of("/sys/devices/system/node/online"));
  return facts;
}

}  // namespace strata::tool
