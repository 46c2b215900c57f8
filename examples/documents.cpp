// Notes of a text editor that come and go in any order: what is left slides together,
// in steps, and the memory between goes back.
#include <strata/object/compacting_arena.hpp>

#include <cstdio>
#include <memory>
#include <string>
#include <vector>

struct note {
  std::string text;
  int line;
};

// Its bytes may be copied, although its destructor does something.
template <>
inline constexpr bool strata::trivially_relocatable<std::unique_ptr<note>> = true;

int main() {
  strata::compacting_arena notes({.name = "notes", .chunk_bytes = 16 << 10});

  std::vector<strata::key<note>> keys;
  keys.reserve(2000);
  for (int i = 0; i < 2000; ++i) keys.push_back(notes.make<note>("a remark", i));
  const strata::key<std::unique_ptr<note>> draft =
      notes.make<std::unique_ptr<note>>(std::make_unique<note>(note{"draft", 0}));
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (i % 4 != 0) notes.erase(keys[i]);
  }

  const strata::pinned<note> shown = notes.pin(keys[1000]);  // stays where it is
  const note* const place = shown.get();
  while (!notes.compact_step(4096).finished) {
    // The program goes on here: each step copies some 4 KiB.
  }

  const strata::compacting_arena_statistics figures = notes.statistics();
  std::printf("free: %.0f %% before, %.0f %% after\n", 100 * figures.before.fragmentation(),
              100 * figures.after.fragmentation());
  const bool good = notes.at(keys[4]).line == 4 && notes.find(keys[5]) == nullptr &&
                    notes.find(keys[1000]) == place && notes.at(draft)->text == "draft";
  return good ? 0 : 1;
}
