// Every range is compared with the size of the file before memory is taken for
// it, so that no number in a file can make us allocate more than the file holds.
#include "doctor/file_bytes.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

namespace strata::tool {
namespace {

// Symbol names of the largest known programs are a tenth of this.
constexpr std::uint64_t array_bytes_max = std::uint64_t{256} << 20;

}  // namespace

// Non-blocking: a pipe or a device given as a program must not stop us.
file_bytes::file_bytes(const std::filesystem::path& path)
    : descriptor_(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK)) {
  struct stat facts {};
  if (descriptor_ < 0 || ::fstat(descriptor_, &facts) != 0) {
    error_ = errno;
  } else if (S_ISREG(facts.st_mode)) {
    size_ = static_cast<std::uint64_t>(facts.st_size);
  }
}

file_bytes::~file_bytes() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

bool file_bytes::read(std::uint64_t offset, std::span<std::byte> into) const {
  if (offset > size_ || into.size() > size_ - offset) return false;
  while (!into.empty()) {
    const ssize_t count =
        ::pread(descriptor_, into.data(), into.size(), static_cast<off_t>(offset));
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    into = into.subspan(static_cast<std::size_t>(count));
    offset += static_cast<std::uint64_t>(count);
  }
  return true;
}

std::string file_bytes::read_text(std::uint64_t offset, std::size_t count) const {
  if (offset >= size_) return {};
  std::string text(std::min<std::uint64_t>(count, size_ - offset), '\0');
  if (!read(offset, std::as_writable_bytes(std::span(text)))) text.clear();
  return text;
}

bool file_bytes::plausible(std::uint64_t offset, std::uint64_t count, std::size_t each) const {
  if (offset > size_ || count > array_bytes_max / each) return false;
  return count * each <= size_ - offset;
}

}  // namespace strata::tool
