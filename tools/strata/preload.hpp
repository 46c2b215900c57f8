// Where libstrata_malloc.so is, and how a program is made to load it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace strata::tool {

// The library that came with this executable, wherever it was put; see find_preload.
[[nodiscard]] std::optional<std::filesystem::path> search_preload();

// The library to preload: `given` when it is not empty, else the first that exists
// of: beside this executable, in ../lib beside it, where strata was installed.
// Throws usage_error or failure that says where it looked.
[[nodiscard]] std::filesystem::path find_preload(const std::string& given);

// LD_PRELOAD with the library in front of what is there already.
[[nodiscard]] std::string preload_list(const std::filesystem::path& library, const char* present);

}  // namespace strata::tool
