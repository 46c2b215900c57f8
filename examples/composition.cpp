// Resources from parts: a parser's memory is bounded and counted, by kind, and its
// notes come from a buffer on the stack before they come from elsewhere.
#include <strata/adaptor/failing.hpp>
#include <strata/adaptor/fallback.hpp>
#include <strata/adaptor/fixed_buffer.hpp>
#include <strata/adaptor/limited.hpp>
#include <strata/adaptor/tagged.hpp>
#include <strata/adaptor/tracked.hpp>
#include <strata/base/error.hpp>
#include <strata/heap/heap.hpp>

#include <cstdint>
#include <cstdio>
#include <memory_resource>
#include <string>
#include <vector>

using words = std::pmr::vector<std::pmr::string>;

void fill(words& into, int count) {
  for (int i = 0; i < count; ++i) into.emplace_back(60, 'x');
}

int main() {
  strata::heap heap({.name = "parser"});
  strata::tracked memory(heap, "parser");  // counts everything
  strata::tagged names(memory, "names");   // and by kind
  strata::tagged texts(memory, "texts");
  strata::limited bounded(texts, 100'000, "texts");  // at most 100 000 bytes

  words identifiers(&names);
  words paragraphs(&bounded);
  fill(identifiers, 100);
  try {
    fill(paragraphs, 10'000);
  } catch (const strata::out_of_memory& refusal) {
    std::puts(refusal.what());  // names "texts"
  }
  memory.for_each_tag([](std::string_view name, const strata::usage& now) {
    std::printf("%.*s: %zu bytes in %zu blocks\n", static_cast<int>(name.size()), name.data(),
                now.live_bytes, now.live_blocks());
  });

  // What the first refuses comes from the second; each block finds its way back.
  strata::fixed_buffer<1024> near;
  strata::fallback scratch(near, memory);
  words notes(&scratch);
  fill(notes, 50);

  // Whatever request fails, nothing leaks.
  const std::size_t live_before = memory.usage().live_blocks();
  std::uint64_t n = 1;
  for (bool came_through = false; !came_through; ++n) {
    strata::failing failing(memory, {.nth = n});
    try {
      words attempt(&failing);
      fill(attempt, 10);
      came_through = true;
    } catch (const strata::out_of_memory&) {
    }
  }
  std::printf("the tenth word is there after %d refusals\n", static_cast<int>(n - 2));
  return memory.usage().live_blocks() == live_before ? 0 : 1;
}
