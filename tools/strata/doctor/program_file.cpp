// Follows scripts as the kernel does, which refuses more than a handful of them
// in a row, and one step further where the interpreter is /usr/bin/env.
#include "doctor/program_file.hpp"

#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include "doctor/file_bytes.hpp"
#include "doctor/shebang.hpp"
#include "executable.hpp"

namespace strata::tool {
namespace {

namespace fs = std::filesystem;

constexpr int scripts_max = 6;
constexpr std::size_t shebang_bytes_max = 256;  // what the kernel looks at

finding problem(std::string meaning, std::string advice) {
  return {"program", verdict::problem, std::move(meaning), std::move(advice)};
}

std::optional<finding> refusal_to_execute(const fs::path& file) {
  std::error_code error;
  const fs::file_status status = fs::status(file, error);
  if (!fs::exists(status)) {
    return problem(fmt::format("there is no file '{}'", file.native()), "check the path");
  }
  if (!fs::is_regular_file(status)) {
    return problem(fmt::format("'{}' is no regular file", file.native()), "name a program");
  }
  if (::access(file.c_str(), X_OK) != 0) {
    return problem(fmt::format("'{}' may not be executed: {}", file.native(), std::strerror(errno)),
                   fmt::format("chmod +x '{}', or name its interpreter", file.native()));
  }
  return std::nullopt;
}

bool is_shell(const std::string& name) {
  constexpr std::array shells = {"sh", "bash", "dash", "ksh", "zsh"};
  return std::ranges::find(shells, name) != shells.end();
}

class resolver {
 public:
  resolved_program resolve(const std::string& program) {
    std::optional<fs::path> file = locate_program(program);
    if (!file) {
      fail(problem(fmt::format("there is no program '{}' in PATH", program),
                   "check the name, or give its path"));
      return result_;
    }
    for (int scripts = 0; scripts <= scripts_max; ++scripts) {
      if (auto refused = refusal_to_execute(*file)) return fail(std::move(*refused));
      const auto line = parse_shebang(file_bytes(*file).read_text(0, shebang_bytes_max));
      if (!line) {
        result_.file = *file;
        return result_;
      }
      file = interpreter_of(*file, *line);
      if (!file) return result_;
    }
    return fail(problem("its #! lines lead from script to script without an end",
                        "let one of them name a program"));
  }

 private:
  resolved_program fail(finding why) {
    result_.found.push_back(std::move(why));
    return result_;
  }

  // What runs the script; a finding that says so, or why nothing does.
  std::optional<fs::path> interpreter_of(const fs::path& script, const shebang& line) {
    if (line.interpreter.empty()) {
      fail(problem(fmt::format("'{}' begins with #! but names no interpreter", script.native()),
                   "write the interpreter's path after #!"));
      return std::nullopt;
    }
    if (line.interpreter.ends_with('\r')) {
      fail(problem(fmt::format("the #! line of '{}' ends in a carriage return", script.native()),
                   "save the script with Unix line ends"));
      return std::nullopt;
    }
    if (fs::path(line.interpreter).filename() == "env") return started_by_env(script, line);
    std::error_code ignored;
    if (!fs::exists(line.interpreter, ignored)) {
      fail(problem(fmt::format("the interpreter of '{}' does not exist: {}", script.native(),
                               line.interpreter),
                   "install it, or correct the #! line"));
      return std::nullopt;
    }
    note_script(script, line.interpreter);
    return line.interpreter;
  }

  std::optional<fs::path> started_by_env(const fs::path& script, const shebang& line) {
    const std::string name = program_of_env(line.argument);
    if (name.empty()) {
      fail({"script", verdict::note,
            fmt::format("'{}' is started by env {}, whose program cannot be told from it",
                        script.native(), line.argument),
            "ask about the interpreter itself: strata doctor INTERPRETER"});
      return line.interpreter;
    }
    std::optional<fs::path> found = locate_program(name);
    if (!found) {
      fail(problem(fmt::format("the interpreter of '{}' is not in PATH: {}", script.native(), name),
                   "install it, or correct the #! line"));
      return std::nullopt;
    }
    note_script(script, found->native());
    return found;
  }

  void note_script(const fs::path& script, const std::string& interpreter) {
    const std::string meaning = fmt::format("'{}' is run by {}", script.native(), interpreter);
    if (is_shell(fs::path(interpreter).filename())) {
      result_.found.push_back({"script", verdict::note,
                               meaning + "; what it starts loads strata as well",
                               "ask about the programs that it starts, too"});
    } else {
      result_.found.push_back({"script", verdict::ok, meaning, {}});
    }
  }

  resolved_program result_;
};

}  // namespace

resolved_program resolve_program(const std::string& program) { return resolver().resolve(program); }

identity_change identity_change_of(const fs::path& file) {
  struct stat facts {};
  struct statvfs system {};
  if (::stat(file.c_str(), &facts) != 0) return identity_change::none;
  const bool forbidden = ::statvfs(file.c_str(), &system) == 0 && (system.f_flag & ST_NOSUID) != 0;
  // Without the right to execute, the group's bit asks for mandatory locks instead.
  constexpr mode_t runs_as_group = S_ISGID | S_IXGRP;
  const bool as_user = (facts.st_mode & S_ISUID) != 0;
  const bool as_group = (facts.st_mode & runs_as_group) == runs_as_group;
  if (forbidden || (!as_user && !as_group)) return identity_change::none;
  const bool changes_us =
      (as_user && facts.st_uid != ::getuid()) || (as_group && facts.st_gid != ::getgid());
  return changes_us ? identity_change::ours : identity_change::of_others;
}

bool gains_capabilities(const fs::path& file) {
  return ::getuid() != 0 && ::getxattr(file.c_str(), "security.capability", nullptr, 0) > 0;
}

}  // namespace strata::tool
