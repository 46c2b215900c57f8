// A debug resource finds a planted leak and a planted double free: who allocated
// the block, who freed it first, who freed it again. Without the handler, the
// double free would end the program with the same text.
#include <strata/adaptor/checked.hpp>

#include <cstdlib>
#include <iostream>
#include <memory_resource>
#include <sstream>
#include <string>
#include <vector>

namespace {

// Forgets its buffer. Not inlined, so that it has a name in the call stack.
[[gnu::noinline]] void parse_header(std::pmr::memory_resource& memory) {
  auto* const buffer = static_cast<char*>(memory.allocate(256));
  buffer[0] = 'x';
}

// Two owners of one buffer.
[[gnu::noinline]] void close_twice(std::pmr::memory_resource& memory) {
  void* const buffer = memory.allocate(64);
  memory.deallocate(buffer, 64);
  memory.deallocate(buffer, 64);
}

void require(bool fulfilled, const char* what) {
  if (fulfilled) return;
  std::cerr << "not found: " << what << '\n';
  std::exit(EXIT_FAILURE);
}

}  // namespace

int main() {
  std::vector<strata::debug_error_kind> found;
  std::ostringstream texts;

  strata::debug_config config;
  config.name = "requests";
  config.on_error = [&](const strata::debug_error& error) {
    found.push_back(error.kind);
    texts << error;
  };

  {
    strata::checked memory(config);
    parse_header(memory);
    close_twice(memory);

    std::ostringstream leaks;
    memory.leak_report(leaks);
    std::cout << leaks.str();
    require(leaks.str().find("256 bytes in 1 block") != std::string::npos, "the leak");
    require(leaks.str().find("parse_header") != std::string::npos, "who leaked");
    require(memory.validate() == 0, "red zones that are whole");
  }

  std::cout << texts.str();
  require(texts.str().find("close_twice") != std::string::npos, "who freed twice");
  const std::vector expected{strata::debug_error_kind::double_free, strata::debug_error_kind::leak};
  require(found == expected, "one double free, and one leak at the end");
}
