// Looks at what was run: a static or a setuid program never loads the preload; a
// killed one has no chance to write; the rest is guesswork, and says so.
#include "missing_snapshot.hpp"

#include <elf.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>
#include <sstream>

#include "ending.hpp"

namespace strata::tool {
namespace {

namespace fs = std::filesystem;

// Where execvp found it.
std::optional<fs::path> locate(const std::string& program) {
  if (program.find('/') != std::string::npos) return program;
  const char* const path = std::getenv("PATH");
  std::istringstream folders(path != nullptr ? path : "/bin:/usr/bin");
  for (std::string folder; std::getline(folders, folder, ':');) {
    const fs::path candidate = fs::path(folder.empty() ? "." : folder) / program;
    if (::access(candidate.c_str(), X_OK) == 0 && fs::is_regular_file(candidate)) return candidate;
  }
  return std::nullopt;
}

bool is_privileged(const fs::path& program) {
  struct stat facts {};
  return ::stat(program.c_str(), &facts) == 0 && (facts.st_mode & (S_ISUID | S_ISGID)) != 0;
}

// True for an ELF executable of 64 bits that asks for no interpreter.
bool is_static(const fs::path& program) {
  std::ifstream in(program, std::ios::binary);
  Elf64_Ehdr head{};
  if (!in.read(reinterpret_cast<char*>(&head), sizeof head)) return false;
  if (std::memcmp(head.e_ident, ELFMAG, SELFMAG) != 0) return false;
  if (head.e_ident[EI_CLASS] != ELFCLASS64 || head.e_phentsize != sizeof(Elf64_Phdr)) return false;
  in.seekg(static_cast<std::streamoff>(head.e_phoff));
  for (int i = 0; i < head.e_phnum; ++i) {
    Elf64_Phdr segment{};
    if (!in.read(reinterpret_cast<char*>(&segment), sizeof segment)) return false;
    if (segment.p_type == PT_INTERP) return false;
  }
  return true;
}

std::string explain_absent(const run_report& report) {
  const std::string& program = report.command.front();
  const std::optional<fs::path> file = locate(program);
  if (file && is_privileged(*file)) {
    return fmt::format("{} is a setuid or setgid program, which never loads a preload", program);
  }
  if (file && is_static(*file)) {
    return fmt::format(
        "{} is statically linked and ignores LD_PRELOAD; link it with "
        "libstrata_malloc.a instead",
        program);
  }
  if (report.signal) {
    return fmt::format("{} ended the program before it could write its snapshot",
                       signal_name(*report.signal));
  }
  return "the program ended by a raw system call, replaced itself by one that strata is not loaded "
         "into, or changed to a user who may not write the snapshot";
}

}  // namespace

std::string explain_missing(const run_report& report, snapshot_problem problem) {
  switch (problem) {
    case snapshot_problem::absent:
      return explain_absent(report);
    case snapshot_problem::incomplete:
      return "the program ended while it wrote its snapshot";
    case snapshot_problem::other_version:
      return "the preloaded library and this command are of different versions";
  }
  return {};
}

}  // namespace strata::tool
