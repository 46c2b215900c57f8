// In the order in which a failure makes the further questions moot: a program of
// another machine is not asked for its allocator.
#include "doctor/program_checks.hpp"

#include <elf.h>
#include <fmt/format.h>

#include <cstring>
#include <system_error>

#include "doctor/inside.hpp"
#include "doctor/program_file.hpp"

namespace strata::tool {
namespace {

namespace fs = std::filesystem;

constexpr const char* link_instead =
    "link it with strata::malloc_static, or -lstrata_malloc, instead";

// Without a library to compare with, this command stands for it.
elf_facts built_here() {
  const auto read = read_elf(file_bytes("/proc/self/exe"));
  const auto* facts = std::get_if<elf_facts>(&read);
  return facts != nullptr ? *facts : elf_facts{};
}

std::string kind_of(const elf_facts& facts) {
  return fmt::format("{}-bit {}", facts.bits, machine_name(facts.machine));
}

std::string joined(const std::vector<std::string>& words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

finding check_machine(const elf_facts& program, const elf_facts& library) {
  const bool same = program.bits == library.bits && program.machine == library.machine &&
                    program.big_endian == library.big_endian;
  if (same) return {"machine", verdict::ok, "a program for " + kind_of(program), {}};
  return {"machine", verdict::problem,
          fmt::format("a program for {}, and the library is for {}", kind_of(program),
                      kind_of(library)),
          "use a build of the program for " + kind_of(library)};
}

finding check_type(const elf_facts& program) {
  if (program.type == ET_EXEC || program.type == ET_DYN) {
    return {"type", verdict::ok, "an executable", {}};
  }
  return {"type", verdict::problem, "an ELF file, but no program: an object file or a core dump",
          "name the program that it belongs to"};
}

finding check_linkage(const elf_facts& program) {
  if (!program.interpreter.empty() && program.dynamic) {
    return {"linkage", verdict::ok, "dynamically linked, so the loader obeys LD_PRELOAD", {}};
  }
  if (program.go) {
    return {"linkage", verdict::problem,
            "a static Go program: no loader that would obey LD_PRELOAD, and a heap of its own",
            "nothing: Go's objects never come from malloc"};
  }
  return {"linkage", verdict::problem,
          program.dynamic ? "static-pie, or a library: it asks for no loader to obey LD_PRELOAD"
                          : "statically linked: no loader that would obey LD_PRELOAD",
          link_instead};
}

bool is_glibc_loader(const std::string& name) {
  return name.starts_with("ld-linux") || name.starts_with("ld64.so") || name.starts_with("ld.so");
}

finding check_loader(const std::string& interpreter) {
  const std::string name = fs::path(interpreter).filename();
  std::error_code ignored;
  if (name.starts_with("ld-musl")) {
    return {"loader", verdict::problem,
            fmt::format("built for musl ({}); the library is built for glibc", interpreter),
            "use a build of the program for glibc"};
  }
  if (!is_glibc_loader(name)) {
    return {"loader", verdict::problem, fmt::format("its loader is not glibc's: {}", interpreter),
            "use a build of the program for glibc"};
  }
  if (!fs::exists(interpreter, ignored)) {
    return {"loader", verdict::problem, fmt::format("its loader does not exist: {}", interpreter),
            "install the C library that the program was built for"};
  }
  return {"loader", verdict::ok, fmt::format("glibc's: {}", interpreter), {}};
}

finding check_sanitizer(const elf_facts& program) {
  const std::string name = sanitizer_in(program);
  if (name.empty()) return {"sanitizer", verdict::ok, "no sanitizer owns its malloc", {}};
  return {"sanitizer", verdict::problem,
          fmt::format("built with {}, which brings its own malloc and must come first", name),
          "use a build of the program without the sanitizer"};
}

finding check_own_allocator(const elf_facts& program) {
  if (const auto own = own_malloc_functions(program); !own.empty()) {
    return {
        "allocator", verdict::problem,
        fmt::format("defines {} itself, which the loader finds before any preload", joined(own)),
        "build it without its own allocator"};
  }
  for (const std::string& library : program.needed) {
    const std::string name = allocator_named_by(library);
    if (name == "strata") {
      return {"allocator", verdict::note,
              fmt::format("links {}: it runs on strata anyway", library),
              "nothing: a preload takes the place of the library that it links"};
    }
    if (name.empty()) continue;
    return {"allocator", verdict::note,
            fmt::format("links {} ({}): strata comes first and serves malloc, what the program "
                        "asks of {} by other names stays there",
                        name, library, name),
            "for figures of the whole, build it without"};
  }
  if (defines_operator_new(program)) {
    return {"allocator", verdict::note,
            "defines operator new itself: strata serves what that takes from malloc",
            "nothing, unless it manages memory of its own"};
  }
  return {"allocator", verdict::ok, "takes malloc and operator new from outside", {}};
}

findings check_file_rights(const fs::path& file) {
  findings found;
  switch (identity_change_of(file)) {
    case identity_change::none:
      break;
    case identity_change::of_others:
      found.push_back({"rights", verdict::note,
                       "setuid or setgid: loads strata for you, but for no other user",
                       "for other users, " + std::string(link_instead)});
      break;
    case identity_change::ours:
      found.push_back({"rights", verdict::problem,
                       "setuid or setgid: the loader ignores LD_PRELOAD", link_instead});
  }
  if (gains_capabilities(file)) {
    found.push_back({"rights", verdict::problem,
                     "has file capabilities: the loader ignores LD_PRELOAD",
                     "run it without them (getcap shows them), or link strata instead"});
  }
  if (found.empty()) found.push_back({"rights", verdict::ok, "runs with the rights you have", {}});
  return found;
}

bool failed(const findings& found) {
  return !found.empty() && found.back().result == verdict::problem;
}

finding not_a_program(const elf_refusal& refusal) {
  if (!refusal.is_elf) {
    return {"type", verdict::problem, "neither an ELF program nor a script with a #! line",
            "start a script with its interpreter, as in #!/bin/sh"};
  }
  return {"type", verdict::problem, "its file " + refusal.reason, "build or install it again"};
}

void add_hidden_allocators(findings& found, const file_bytes& bytes) {
  const auto names = allocators_by_message(bytes);
  if (names.empty()) return;
  found.push_back({"inside", verdict::note,
                   fmt::format("contains text of {}: it may use it under other names than malloc",
                               joined(names)),
                   "if so, build it without, or expect only a part of its memory on strata"});
}

}  // namespace

std::optional<finding> check_c_library(const fs::path& loader, const elf_facts& library) {
  std::error_code ignored;
  const fs::path c_library = fs::canonical(loader, ignored).parent_path() / "libc.so.6";
  const file_bytes bytes(c_library);
  if (!bytes.is_open()) return std::nullopt;
  const auto read = read_elf(bytes);
  const auto* facts = std::get_if<elf_facts>(&read);
  if (facts == nullptr) return std::nullopt;
  for (const needed_version& need : library.needed_versions) {
    if (need.library != "libc.so.6" || facts->provided_versions.contains(need.version)) continue;
    return finding{"C library", verdict::problem,
                   fmt::format("{} has no {}, which the preload library needs", c_library.native(),
                               need.version),
                   "build strata on the oldest system where it is to run"};
  }
  return finding{
      "C library",
      verdict::ok,
      fmt::format("{} has every version that the preload library needs", c_library.native()),
      {}};
}

findings check_program(const elf_facts& program, const elf_facts& library) {
  findings found = {check_machine(program, library)};
  if (failed(found)) return found;
  found.push_back(check_type(program));
  if (failed(found)) return found;
  found.push_back(check_linkage(program));
  if (failed(found)) return found;
  found.push_back(check_loader(program.interpreter));
  if (failed(found)) return found;
  found.push_back(check_sanitizer(program));
  if (failed(found)) return found;
  found.push_back(check_own_allocator(program));
  for (finding& note : notes_on_runtimes(program)) found.push_back(std::move(note));
  return found;
}

findings check_program_file(const fs::path& file, const std::optional<library_facts>& library) {
  findings found = check_file_rights(file);
  const file_bytes bytes(file);
  if (!bytes.is_open()) {
    found.push_back(
        {"type", verdict::problem,
         fmt::format("'{}' cannot be read: {}", file.native(), std::strerror(bytes.error())),
         "run strata doctor as a user who may read it"});
    return found;
  }
  const auto read = read_elf(bytes);
  if (const auto* refusal = std::get_if<elf_refusal>(&read)) {
    found.push_back(not_a_program(*refusal));
    return found;
  }
  const auto& program = std::get<elf_facts>(read);
  for (finding& each : check_program(program, library ? library->elf : built_here())) {
    found.push_back(std::move(each));
  }
  if (failed(found)) return found;
  if (library) {
    if (auto versions = check_c_library(program.interpreter, library->elf)) {
      found.push_back(std::move(*versions));
    }
  }
  add_hidden_allocators(found, bytes);
  return found;
}

}  // namespace strata::tool
