// Search for the library to preload.
#include "preload.hpp"

#include <fmt/format.h>

#include <vector>

#include "command.hpp"

namespace strata::tool {
namespace {

namespace fs = std::filesystem;

constexpr const char* library_name = "libstrata_malloc.so";

std::vector<fs::path> candidates() {
  const fs::path beside = fs::read_symlink("/proc/self/exe").parent_path();
  return {beside / library_name, beside.parent_path() / "lib" / library_name,
          fs::path(STRATA_INSTALL_LIBDIR) / library_name};
}

// The loader splits LD_PRELOAD at blanks and colons, and knows no quoting.
fs::path loadable(const fs::path& library) {
  fs::path full = fs::absolute(library).lexically_normal();
  if (full.native().find_first_of(" :\t\n") == std::string::npos) return full;
  throw failure(fmt::format("cannot preload '{}': the loader takes no path with a blank or a colon",
                            full.native()));
}

}  // namespace

std::optional<fs::path> search_preload() {
  std::error_code ignored;
  for (const fs::path& candidate : candidates()) {
    if (fs::is_regular_file(candidate, ignored)) return loadable(candidate);
  }
  return std::nullopt;
}

fs::path find_preload(const std::string& given) {
  std::error_code ignored;
  if (!given.empty()) {
    if (fs::is_regular_file(given, ignored)) return loadable(given);
    throw usage_error(fmt::format("run: --preload: there is no file '{}'", given));
  }
  if (const auto found = search_preload()) return *found;
  std::string tried;
  for (const fs::path& candidate : candidates()) {
    tried += fmt::format("{}{}", tried.empty() ? "" : ", ", candidate.parent_path().native());
  }
  throw failure(fmt::format("run: cannot find {} in {} (use --preload PATH)", library_name, tried));
}

std::string preload_list(const fs::path& library, const char* present) {
  if (present == nullptr || *present == '\0') return library.native();
  return library.native() + ":" + present;
}

}  // namespace strata::tool
