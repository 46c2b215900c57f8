// Over a descriptor, since streams do not close theirs on exec: the program that
// runs in between must not inherit it.
#include "output_file.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "command.hpp"

namespace strata::tool {

output_file::output_file(const std::string& path)
    : path_(path), descriptor_(STDOUT_FILENO), owned_(path != "-") {
  if (!owned_) return;
  descriptor_ = ::open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (descriptor_ < 0) {
    throw failure(fmt::format("cannot write '{}': {}", path, std::strerror(errno)));
  }
}

output_file::~output_file() {
  if (owned_) ::close(descriptor_);
}

void output_file::write(std::string_view text) const {
  while (!text.empty()) {
    const ssize_t count = ::write(descriptor_, text.data(), text.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) throw failure(fmt::format("cannot write '{}': {}", path_, std::strerror(errno)));
    text.remove_prefix(static_cast<std::size_t>(count));
  }
}

}  // namespace strata::tool
