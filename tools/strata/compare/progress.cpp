// One line that is written over, and erased at the end.
#include "compare/progress.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <string>

namespace strata::tool::compare {
namespace {

constexpr std::size_t bar_columns = 24;
constexpr const char* erase_line = "\r\x1b[K";

}  // namespace

progress::progress(std::size_t total, bool shown)
    : total_(total), shown_(shown), look_(look_of(STDERR_FILENO)) {}

progress::~progress() {
  if (shown_) fmt::print(stderr, "{}", erase_line);
}

// By the mean of what was done; nothing is known before.
double progress::seconds_left() const {
  const std::chrono::duration<double> spent = std::chrono::steady_clock::now() - start_;
  return spent.count() / static_cast<double>(done_) * static_cast<double>(total_ - done_);
}

void progress::begin(std::string_view what) const {
  if (!shown_) return;
  const std::string bar = look_.bar(done_, total_, bar_columns);
  const std::string left = done_ == 0 ? "" : fmt::format(", {:.0f} s left", seconds_left());
  fmt::print(stderr, "{}{:<{}} {}/{}{}  {}", erase_line, bar, bar_columns, done_, total_, left,
             what);
  std::fflush(stderr);
}

void progress::advance(std::size_t runs) { done_ = std::min(total_, done_ + runs); }

}  // namespace strata::tool::compare
