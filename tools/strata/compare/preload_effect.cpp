// The loader's list has a line per symbol: "binding file A [0] to B [0]: normal
// symbol `malloc'". A program that is static or privileged would not be listed but
// run, so such are told apart before.
#include "compare/preload_effect.hpp"

#include <fmt/format.h>

#include <fstream>
#include <optional>

#include "doctor/program_file.hpp"
#include "executable.hpp"

namespace strata::tool::compare {
namespace {

namespace fs = std::filesystem;

std::string text_between(const std::string& line, std::string_view before, std::string_view after) {
  const std::size_t from = line.find(before);
  if (from == std::string::npos) return {};
  const std::size_t begin = from + before.size();
  const std::size_t end = line.find(after, begin);
  return line.substr(begin, end == std::string::npos ? end : end - begin);
}

struct loader_list {
  std::string malloc_file;  // where malloc is bound to; empty: nobody asks for it
  std::string refusal;      // why the preload was refused
};

loader_list read_list(const fs::path& file) {
  loader_list list;
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (line.find("cannot be preloaded (") != std::string::npos) {
      list.refusal = text_between(line, "cannot be preloaded (", "): ignored");
    }
    if (list.malloc_file.empty() && line.find(": normal symbol `malloc'") != std::string::npos) {
      list.malloc_file = text_between(line, "] to ", " [");
    }
  }
  return list;
}

bool is_same_file(const fs::path& one, const fs::path& other) {
  std::error_code ignored;
  return fs::equivalent(one, other, ignored);
}

bool is_c_library(const fs::path& file) { return file.filename().native().starts_with("libc."); }

std::string problem_of_program(const fs::path& file) {
  const std::string name = file.filename().native();
  if (is_static(file)) {
    return fmt::format("{} is statically linked, so nothing can be preloaded", name);
  }
  if (identity_change_of(file) == identity_change::ours || gains_capabilities(file)) {
    return fmt::format("{} runs with privileges, so the loader ignores LD_PRELOAD", name);
  }
  return {};
}

}  // namespace

preload_effect read_effect(const fs::path& list, const std::string& program,
                           const contender& allocator) {
  const loader_list said = read_list(list);
  const fs::path& source = said.malloc_file;
  if (!said.refusal.empty()) return {fmt::format("the loader refuses it: {}", said.refusal), {}};
  if (allocator.library.empty()) {
    if (source.empty() || is_c_library(source)) return {};
    return {{},
            fmt::format("malloc of {} is not glibc's but comes from {}", program, source.native())};
  }
  if (source.empty())
    return {fmt::format("{} asks for no malloc that could be replaced", program), {}};
  if (is_same_file(source, allocator.library)) return {};
  return {fmt::format("malloc of {} comes from {} in spite of it", program, source.native()), {}};
}

preload_effect find_effect(const runner& runs, const workload& what, const contender& allocator) {
  const std::vector<std::string>& command = what.server.empty() ? what.command : what.server;
  const auto file = resolve_program(command.front()).file;
  if (file) {
    const std::string problem = problem_of_program(*file);
    if (!problem.empty())
      return allocator.library.empty() ? preload_effect{} : preload_effect{problem, {}};
  }
  const fs::path list = runs.ask_loader(what, allocator);
  return read_effect(list, fs::path(command.front()).filename().native(), allocator);
}

}  // namespace strata::tool::compare
