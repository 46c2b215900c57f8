#include "instrument/resident.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <stdexcept>
#include <string_view>

namespace strata::bench {
namespace {

// The text of a small file of /proc; empty where it cannot be read.
class small_file {
 public:
  explicit small_file(const char* path) noexcept {
    const int descriptor = ::open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) return;
    const ssize_t count = ::read(descriptor, text_.data(), text_.size());
    ::close(descriptor);
    if (count > 0) length_ = static_cast<std::size_t>(count);
  }

  // The number after `key` and blanks.
  [[nodiscard]] std::optional<std::uint64_t> number_after(std::string_view key) const noexcept {
    const std::string_view text(text_.data(), length_);
    const std::size_t at = text.find(key);
    if (at == std::string_view::npos) return {};
    const std::size_t first = text.find_first_of("0123456789", at + key.size());
    if (first == std::string_view::npos) return {};
    std::uint64_t value = 0;
    std::from_chars(text.data() + first, text.data() + text.size(), value);
    return value;
  }

 private:
  std::array<char, 4096> text_{};
  std::size_t length_ = 0;
};

}  // namespace

std::uint64_t resident_bytes() {
  // The kernel adds up its counters of each thread for smaps_rollup, where those of
  // status and statm lag behind by some dozens of pages per thread.
  if (const auto rss = small_file("/proc/self/smaps_rollup").number_after("Rss:")) {
    return *rss * 1024;
  }
  if (const auto rss = small_file("/proc/self/status").number_after("VmRSS:")) return *rss * 1024;
  throw std::runtime_error(
      "cannot tell resident memory: neither smaps_rollup nor status in "
      "/proc/self can be read");
}

bool forget_peak() noexcept {
  const int descriptor = ::open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
  if (descriptor < 0) return false;
  const bool done = ::write(descriptor, "5", 1) == 1;
  ::close(descriptor);
  return done;
}

std::optional<std::uint64_t> peak_resident_bytes() {
  const auto peak = small_file("/proc/self/status").number_after("VmHWM:");
  if (!peak) return {};
  return *peak * 1024;
}

}  // namespace strata::bench
