// A library call with its malloc redirected and limited: the library knows nothing
// of strata, and still takes its memory from a heap of its own.
//
// Run it on strata's malloc: LD_PRELOAD=libstrata_malloc.so, or link it.
#include <cstdio>
#include <new>
#include <string>
#include <vector>

#include <strata/context/malloc_scope.hpp>

// Stands for a third party's code, with plain containers.
static std::vector<std::string> parse(const std::string& text) {
  std::vector<std::string> words;
  for (std::size_t at = 0; at < text.size(); at += 40) words.push_back(text.substr(at, 40));
  return words;
}

int main() {
  if (!strata::malloc_scope::is_available()) {
    std::puts("this program does not run on strata's malloc: nothing is redirected");
    return 0;
  }
  strata::heap parser({.name = "parser", .limit = 4 << 20});
  const std::string small(100'000, 'x');
  std::string huge;
  huge.resize(50'000'000, 'x');

  std::vector<std::string> words;
  {
    const strata::malloc_scope scope(parser);
    words = parse(small);
  }
  std::printf("%zu words, %zu bytes live in the heap 'parser'\n", words.size(),
              parser.statistics().live);

  bool refused = false;
  try {
    const strata::malloc_scope scope(parser);
    static_cast<void>(parse(huge));
  } catch (const std::bad_alloc&) {
    refused = true;  // the rest of the program has its memory
  }
  std::printf("the huge text was %s\n", refused ? "refused" : "taken");

  words = std::vector<std::string>();  // freed as ever; the blocks go home
  std::printf("%zu bytes live in the heap\n", parser.statistics().live);
  return refused && parser.statistics().live == 0 ? 0 : 1;
}
