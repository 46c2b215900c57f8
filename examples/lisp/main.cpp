// strata-lisp: runs a Lisp program whose objects live in a heap of strata's, or, to
// compare, in the C library's malloc.
#include <charconv>
#include <cstdio>
#include <cstring>
#include <exception>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "interpreter.hpp"

namespace {

constexpr const char* usage =
    "usage: lisp [options] program.lisp\n"
    "  --memory=strata|malloc  where objects come from; strata unless said\n"
    "  --limit=64MiB           of objects, in bytes, KiB, MiB or GiB; with strata only\n"
    "  --report                time, memory, objects by type, cycles and accounts, at the end\n"
    "  --help                  this text\n"
    "The exit status is 0, that of (exit n), 1 after a failure, 2 for options that are none.\n";

struct command {
  lisp::run_options run;
  bool with_malloc = false;
  bool help = false;
};

[[noreturn]] void refuse(const std::string& what) {
  std::fprintf(stderr, "lisp: %s; see lisp --help\n", what.c_str());
  std::exit(2);
}

std::size_t size_from(std::string_view text) {
  std::size_t bytes = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, bytes);
  const std::string_view unit(stop, static_cast<std::size_t>(end - stop));
  unsigned shift = 0;
  if (unit == "KiB") shift = 10;
  if (unit == "MiB") shift = 20;
  if (unit == "GiB") shift = 30;
  if (error != std::errc() || (shift == 0 && !unit.empty()) || bytes > SIZE_MAX >> shift) {
    refuse("--limit=" + std::string(text) + " is no size: write it as 1048576, 1024KiB or 1MiB");
  }
  return bytes << shift;
}

void read_option(command& out, std::string_view option) {
  constexpr std::string_view limit = "--limit=";
  if (option == "--help") {
    out.help = true;
  } else if (option == "--report") {
    out.run.report = true;
  } else if (option == "--memory=malloc" || option == "--memory=strata") {
    out.with_malloc = option == "--memory=malloc";
  } else if (option.starts_with(limit)) {
    out.run.limit = size_from(option.substr(limit.size()));
  } else if (option.starts_with("-")) {
    refuse(std::string(option) + " is no option");
  } else if (out.run.file.empty()) {
    out.run.file = option;
  } else {
    refuse("one program is run, and '" + std::string(option) + "' is another one");
  }
}

command read_command(int count, char** words) {
  command out;
  for (int i = 1; i < count; ++i) read_option(out, words[i]);
  if (out.help) return out;
  if (out.run.file.empty()) refuse("a program is missing");
  if (out.with_malloc && out.run.limit != SIZE_MAX) {
    refuse("--limit needs --memory=strata: malloc has no accounts");
  }
  return out;
}

}  // namespace

int main(int count, char** words) try {
  command what = read_command(count, words);
  if (what.help) {
    std::fputs(usage, stdout);
    return 0;
  }
  std::ifstream file(what.run.file, std::ios::binary);
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  if (!file) refuse("'" + what.run.file + "' cannot be read: " + std::strerror(errno));
  what.run.text = text;
  return what.with_malloc ? lisp::run_with_malloc(what.run) : lisp::run_with_strata(what.run);
} catch (const std::exception& error) {
  std::fprintf(stderr, "lisp: %s\n", error.what());
  return 1;
}
