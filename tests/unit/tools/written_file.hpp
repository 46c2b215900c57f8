// A file with contents of a test's choice, gone at its end.
#pragma once

#include <filesystem>
#include <fstream>
#include <string>

#include "snapshot_file.hpp"

namespace strata::tool {

class written_file {
 public:
  explicit written_file(const std::string& text) : path_(scratch_.path() / "file") {
    std::ofstream(path_, std::ios::binary) << text;
  }
  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  scratch_directory scratch_;
  std::filesystem::path path_;
};

}  // namespace strata::tool
