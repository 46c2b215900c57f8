// Reading distrusts the file: its length and head are checked before its figures
// are believed.
#include "snapshot_file.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <string>

#include "command.hpp"

namespace strata::tool {

namespace fs = std::filesystem;

scratch_directory::scratch_directory() {
  std::error_code ignored;
  fs::path parent = fs::temp_directory_path(ignored);
  if (parent.empty()) parent = "/tmp";
  std::string name = (fs::absolute(parent) / "strata-XXXXXX").native();
  if (::mkdtemp(name.data()) == nullptr) {
    throw failure(
        fmt::format("cannot make a directory in {}: {}", parent.native(), std::strerror(errno)));
  }
  path_ = name;
}

scratch_directory::~scratch_directory() {
  std::error_code ignored;
  fs::remove_all(path_, ignored);
}

std::variant<core::snapshot, snapshot_problem> read_snapshot(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return snapshot_problem::absent;
  core::snapshot read{};
  in.read(reinterpret_cast<char*>(&read), sizeof read);
  const auto bytes = static_cast<std::size_t>(in.gcount());
  if (bytes == 0) return snapshot_problem::absent;
  if (bytes < 2 * sizeof(std::uint64_t)) return snapshot_problem::incomplete;
  if (read.magic != core::snapshot::magic_value || read.size_of_snapshot != sizeof read) {
    return snapshot_problem::other_version;
  }
  if (bytes != sizeof read) return snapshot_problem::incomplete;
  return read;
}

}  // namespace strata::tool
