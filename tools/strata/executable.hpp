// The file that a program's name stands for, what the loader will make of it, and
// the words for one that cannot be run.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

namespace strata::tool {

// Where execvp finds it; nothing when there is no such program in PATH. A name
// with a slash is taken as it is.
[[nodiscard]] std::optional<std::filesystem::path> locate_program(const std::string& program);

// setuid or setgid: the loader ignores LD_PRELOAD then.
[[nodiscard]] bool is_privileged(const std::filesystem::path& program);

// An ELF executable of 64 bits that asks for no interpreter: no loader, no preload.
[[nodiscard]] bool is_static(const std::filesystem::path& program);

// One line on stderr about a program that exec refused with errno `error`; returns
// the exit code that shells use: 127 when there is no such program, 126 when there
// is one that cannot be run.
int explain_refusal(const char* command, const std::string& program, int error);

}  // namespace strata::tool
