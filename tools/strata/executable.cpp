// Reads no more of a file than its program headers.
#include "executable.hpp"

#include <elf.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>

#include "command.hpp"

namespace strata::tool {

namespace fs = std::filesystem;

std::optional<fs::path> locate_program(const std::string& program) {
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

int explain_refusal(const char* command, const std::string& program, int error) {
  const bool absent = error == ENOENT;
  const bool is_path = program.find('/') != std::string::npos;
  const char* reason = absent ? "there is no such program" : std::strerror(error);
  if (absent && is_path && ::access(program.c_str(), F_OK) == 0) {
    reason = "its interpreter does not exist";
  }
  fmt::print(stderr, "strata: {}: cannot run '{}': {}\n", command, program, reason);
  return absent ? exit_not_found : exit_not_executable;
}

}  // namespace strata::tool
