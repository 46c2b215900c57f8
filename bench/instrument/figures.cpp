#include "instrument/figures.hpp"

#include <fmt/format.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>
#include <stdexcept>

namespace strata::bench {

void write_json(const findings& found, const std::string& path) {
  const nlohmann::ordered_json document = {
      {"program", found.program}, {"options", found.options}, {"figures", found.figures}};
  const std::string text = document.dump(2) + "\n";
  if (path == "-") {
    fmt::print("{}", text);
    return;
  }
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(path.c_str(), "we"),
                                                             std::fclose);
  if (!file || std::fputs(text.c_str(), file.get()) < 0 || std::fflush(file.get()) != 0) {
    throw std::runtime_error(fmt::format("cannot write '{}': {}", path, std::strerror(errno)));
  }
}

void json_option::show(const findings& found, const std::string& text) const {
  if (path_ != "-") fmt::print("{}", text);
  if (!path_.empty()) write_json(found, path_);
}

}  // namespace strata::bench
