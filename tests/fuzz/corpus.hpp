// Inputs that were kept, by the names of their files.
#pragma once

#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

namespace strata::test {

using fuzz_input = std::vector<std::uint8_t>;

[[nodiscard]] inline std::map<std::string, fuzz_input> corpus_in(
    const std::filesystem::path& folder) {
  std::map<std::string, fuzz_input> inputs;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    std::ifstream file(entry.path(), std::ios::binary);
    inputs[entry.path().filename()] = {std::istreambuf_iterator<char>(file), {}};
  }
  return inputs;
}

}  // namespace strata::test
