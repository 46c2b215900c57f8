// The library itself, and the libraries that stand beside it.
#include "doctor/library_checks.hpp"

#include <elf.h>
#include <fmt/format.h>
#include <sys/statvfs.h>

#include <algorithm>
#include <cstring>
#include <utility>
#include <vector>

#include "command.hpp"
#include "doctor/inside.hpp"
#include "preload.hpp"

namespace strata::tool {
namespace {

namespace fs = std::filesystem;

constexpr const char* build_again = "build or install strata again, or name one with --preload";

bool is_on_noexec(const fs::path& file) {
  struct statvfs system {};
  return ::statvfs(file.c_str(), &system) == 0 && (system.f_flag & ST_NOEXEC) != 0;
}

library_check refused(std::string meaning, std::string advice) {
  return {std::nullopt, {{"library", verdict::problem, std::move(meaning), std::move(advice)}}};
}

library_check check_library_file(const fs::path& path) {
  const file_bytes bytes(path);
  if (!bytes.is_open()) {
    return refused(
        fmt::format("{} cannot be read: {}", path.native(), std::strerror(bytes.error())),
        "make it readable for everyone who is to run programs on it");
  }
  if (is_on_noexec(path)) {
    return refused(fmt::format("{} lies on a file system that is mounted noexec", path.native()),
                   "install strata elsewhere");
  }
  auto read = read_elf(bytes);
  if (const auto* refusal = std::get_if<elf_refusal>(&read)) {
    return refused(fmt::format("{} {}", path.native(), refusal->reason), build_again);
  }
  auto& facts = std::get<elf_facts>(read);
  if (facts.type != ET_DYN || own_malloc_functions(facts).empty()) {
    return refused(fmt::format("{} is no library that replaces malloc", path.native()),
                   build_again);
  }
  return {library_facts{path, std::move(facts)}, {{"library", verdict::ok, path.native(), {}}}};
}

// The loader splits at blanks and colons.
std::vector<std::string> split_preload(const std::string& list) {
  std::vector<std::string> entries;
  std::string entry;
  for (const char each : list + ":") {
    if (std::strchr(" :\t\n", each) == nullptr) {
      entry += each;
    } else if (!entry.empty()) {
      entries.push_back(std::exchange(entry, {}));
    }
  }
  return entries;
}

// What makes one of the libraries incompatible; else whether an allocator is among them.
finding judge_preload(const std::string& where, const std::vector<std::string>& entries) {
  for (const std::string& entry : entries) {
    const std::string sanitizer = sanitizer_named_by(entry);
    if (sanitizer.empty()) continue;
    return {"preload", verdict::problem,
            fmt::format("{} names {}, whose {} brings its own malloc and must come first", where,
                        entry, sanitizer),
            "remove it from there"};
  }
  for (const std::string& entry : entries) {
    const std::string allocator = allocator_named_by(entry);
    if (allocator.empty() || allocator == "strata") continue;
    return {"preload", verdict::note,
            fmt::format("{} names another allocator, {}; strata comes first and serves malloc",
                        where, entry),
            "remove it from there, since it costs memory and serves nothing"};
  }
  return {"preload", verdict::note,
          fmt::format("{} names {} already; strata comes first", where, fmt::join(entries, ", ")),
          "nothing, unless one of them replaces malloc"};
}

}  // namespace

library_check check_library(const std::string& given) {
  try {
    return check_library_file(find_preload(given));
  } catch (const failure& error) {
    std::string reason = error.what();
    if (reason.starts_with("run: ")) reason.erase(0, 5);
    return refused(std::move(reason), build_again);
  }
}

finding check_present_preload(const char* present) {
  const auto entries = split_preload(present != nullptr ? present : "");
  if (entries.empty()) return {"preload", verdict::ok, "LD_PRELOAD names nothing else", {}};
  const auto is_strata = [](const std::string& entry) {
    return allocator_named_by(entry) == "strata";
  };
  if (std::ranges::all_of(entries, is_strata)) {
    return {"preload", verdict::ok, "LD_PRELOAD names strata already", {}};
  }
  return judge_preload("LD_PRELOAD", entries);
}

finding check_system_preload(const std::string& listed) {
  const auto entries = split_preload(listed);
  if (entries.empty()) return {"preload", verdict::ok, "/etc/ld.so.preload names nothing", {}};
  return judge_preload("/etc/ld.so.preload", entries);
}

}  // namespace strata::tool
