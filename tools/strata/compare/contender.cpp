// Libraries are looked for where the loader would: LD_LIBRARY_PATH, then the
// system's folders, those of the architecture included.
#include "compare/contender.hpp"

#include <fmt/format.h>
#include <sys/utsname.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <optional>
#include <sstream>
#include <string_view>

#include "arguments.hpp"
#include "command.hpp"
#include "preload.hpp"

namespace strata::tool::compare {
namespace {

namespace fs = std::filesystem;

struct known_allocator {
  const char* name;
  std::array<const char*, 3> files;  // the first that exists is taken
};

constexpr std::array known_allocators = {
    known_allocator{"jemalloc", {"libjemalloc.so.2", "libjemalloc.so"}},
    known_allocator{"mimalloc", {"libmimalloc.so.3", "libmimalloc.so.2", "libmimalloc.so"}},
    known_allocator{"tcmalloc", {"libtcmalloc_minimal.so.4", "libtcmalloc.so.4", "libtcmalloc.so"}},
    known_allocator{"tbb", {"libtbbmalloc_proxy.so.2", "libtbbmalloc_proxy.so"}},
    known_allocator{"snmalloc", {"libsnmallocshim.so", "libsnmallocshim.so.0"}},
    known_allocator{"rpmalloc", {"librpmallocwrap.so", "librpmalloc.so"}},
    known_allocator{"hoard", {"libhoard.so"}},
};

std::vector<fs::path> library_folders() {
  std::vector<fs::path> folders;
  if (const char* const set = std::getenv("LD_LIBRARY_PATH")) {
    std::istringstream list(set);
    for (std::string folder; std::getline(list, folder, ':');) {
      if (!folder.empty()) folders.emplace_back(folder);
    }
  }
  utsname system{};
  ::uname(&system);
  const std::string triplet = fmt::format("{}-linux-gnu", std::string_view(system.machine));
  for (const char* root : {"/usr/local/lib", "/usr/lib", "/lib"}) {
    folders.push_back(fs::path(root) / triplet);
    folders.emplace_back(std::string(root) + "64");
    folders.emplace_back(root);
  }
  return folders;
}

std::optional<fs::path> find_library(const known_allocator& allocator) {
  const std::vector<fs::path> folders = library_folders();
  for (const char* file : allocator.files) {
    if (file == nullptr) continue;
    for (const fs::path& folder : folders) {
      std::error_code ignored;
      if (fs::is_regular_file(folder / file, ignored)) return fs::absolute(folder / file);
    }
  }
  return std::nullopt;
}

fs::path given_library(const std::string& path) {
  std::error_code ignored;
  if (!fs::is_regular_file(path, ignored)) {
    throw usage_error(fmt::format("compare: --with: there is no library '{}'", path));
  }
  fs::path full = fs::absolute(path).lexically_normal();
  if (full.native().find_first_of(" :\t\n") != std::string::npos) {
    throw usage_error(fmt::format(
        "compare: --with: the loader takes no path with a blank or a colon: '{}'", full.native()));
  }
  return full;
}

// "libfoo-bar.so.2" is foo-bar.
std::string name_of_library(const fs::path& library) {
  std::string name = library.filename().native();
  name = name.substr(0, name.find(".so"));
  if (name == "libstrata_malloc") return "strata";
  return name.starts_with("lib") && name.size() > 3 ? name.substr(3) : name;
}

contender find_strata() {
  if (const auto library = search_preload()) return {"strata", *library};
  throw usage_error(
      "compare: cannot find libstrata_malloc.so near this command (use --with strata=PATH)");
}

contender find_named(const std::string& name) {
  if (name == "glibc") return {name, {}};
  if (name == "strata") return find_strata();
  std::vector<std::string> names = {"glibc", "strata"};
  for (const known_allocator& known : known_allocators) {
    names.emplace_back(known.name);
    if (name != known.name) continue;
    if (auto library = find_library(known)) return {name, *library};
    throw usage_error(
        fmt::format("compare: --with: {} is not on this machine: no {} in the library folders "
                    "(install it, or give {}=PATH)",
                    name, known.files.front(), name));
  }
  throw usage_error(
      fmt::format("compare: --with: unknown allocator '{}'{}; known are {}, a path, and NAME=PATH",
                  name, suggestion(name, names), fmt::join(names, ", ")));
}

contender parse_contender(const std::string& item) {
  const std::size_t equals = item.find('=');
  if (equals != std::string::npos) {
    if (equals == 0) {
      throw usage_error(fmt::format("compare: --with: no name before the '=' of '{}'", item));
    }
    return {item.substr(0, equals), given_library(item.substr(equals + 1))};
  }
  const bool is_path = item.find('/') != std::string::npos || item.find(".so") != std::string::npos;
  if (!is_path) return find_named(item);
  const fs::path library = given_library(item);
  return {name_of_library(library), library};
}

}  // namespace

bool is_peer(const contender& allocator) {
  return !allocator.library.empty() && !allocator.name.starts_with("strata");
}

std::vector<contender> find_contenders() {
  std::vector<contender> found = {{"glibc", {}}, find_strata()};
  for (const known_allocator& known : known_allocators) {
    if (auto library = find_library(known)) found.push_back({known.name, *library});
  }
  return found;
}

std::vector<contender> parse_contenders(const std::string& list) {
  std::vector<contender> parsed;
  std::istringstream items(list);
  for (std::string item; std::getline(items, item, ',');) {
    if (item.empty()) continue;
    contender next = parse_contender(item);
    if (std::ranges::find(parsed, next.name, &contender::name) != parsed.end()) {
      throw usage_error(fmt::format(
          "compare: --with: '{}' appears twice (tell them apart as NAME=PATH)", next.name));
    }
    parsed.push_back(std::move(next));
  }
  if (parsed.size() < 2) {
    throw usage_error(
        fmt::format("compare: --with '{}': a comparison needs two allocators at least", list));
  }
  return parsed;
}

}  // namespace strata::tool::compare
