// The way a snapshot takes from the program to us: a file in a directory of our
// own, which holds exactly the raw struct.
#pragma once

#include <filesystem>
#include <variant>

#include "heap/snapshot.hpp"

namespace strata::tool {

// A new directory that only this user can enter, removed with its contents.
class scratch_directory {
 public:
  scratch_directory();
  ~scratch_directory();
  scratch_directory(const scratch_directory&) = delete;
  scratch_directory& operator=(const scratch_directory&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

 private:
  std::filesystem::path path_;
};

enum class snapshot_problem {
  absent,         // no file was written
  incomplete,     // the program ended while it wrote
  other_version,  // magic or size of another strata
};

[[nodiscard]] std::variant<core::snapshot, snapshot_problem> read_snapshot(
    const std::filesystem::path& file);

}  // namespace strata::tool
