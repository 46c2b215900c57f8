// The ambient resource: who calls decides where a callee allocates.
#include <cstdio>
#include <functional>
#include <string>
#include <vector>

#include <strata/context/allocator.hpp>
#include <strata/context/context.hpp>
#include <strata/heap/heap.hpp>

using string = std::basic_string<char, std::char_traits<char>, strata::allocator<char>>;
using lines = std::vector<string, strata::allocator<string>>;

// Says nothing about memory.
static lines load(int count) {
  lines loaded;
  for (int i = 0; i < count; ++i) loaded.emplace_back(100, 'x');
  return loaded;
}

int main() {
  namespace context = strata::context;
  strata::heap documents({.name = "documents"});

  const lines kept = context::with_allocator(documents, [] { return load(1000); });
  std::printf("in the heap: %s\n", documents.owns(kept.back().data()) ? "yes" : "no");

  // What is only needed for the answer goes to an arena that ends with the call.
  const std::size_t characters = context::with_arena([] {
    std::size_t sum = 0;
    for (const string& line : load(1000)) sum += line.size();
    return sum;
  });
  std::printf("%zu characters\n", characters);
  return documents.owns(kept.back().data()) && characters == 100'000 ? 0 : 1;
}
