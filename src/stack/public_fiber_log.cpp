// Lines about fibers' memory; see strata/stack/detail/fiber_log.hpp.
#include <strata/stack/detail/fiber_log.hpp>

#include <cstdio>
#include <exception>
#include <sstream>
#include <string>
#include <utility>

#include "base/base.hpp"

namespace strata::detail {

void fiber_log::say(std::string_view line) const noexcept {
  if (write_ != nullptr) return write_(context_, line);
  std::fprintf(stderr, "strata: %.*s\n", static_cast<int>(line.size()), line.data());
}

void fiber_log::figures(std::string_view what, const fiber_memory_statistics& now) const noexcept {
  try {
    std::ostringstream line;
    write_line(line << what << ' ', now);
    const std::string text = line.str();
    say(std::string_view(text).substr(0, text.size() - 1));  // without its end
  } catch (const std::exception&) {
    say("there is no memory for a line about the memory of fibers");
  }
}

void fiber_log::tick(const fiber_memory_statistics& now, bool worked) noexcept {
  const std::uint64_t before = std::exchange(refused_, now.refused());
  if (refused_ > before) {
    figures(base::text<64>().add_decimal(refused_ - before).add(" requests refused;").view(), now);
  }
  if (worked && says(fiber_log_level::debug)) figures("tick;", now);
}

}  // namespace strata::detail
