// A plug-in with thread-local storage and allocations of its own, loaded and
// unloaded by plugins.cpp.
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace {

struct cache {
  std::vector<std::string> words;
  ~cache() { words.assign(10, std::string(200, 'd')); }
};

thread_local char scratch[3000];
thread_local int calls = 0;
std::string* const global = new std::string(4000, 'g');

[[gnu::destructor]] void unload() { delete global; }

}  // namespace

extern "C" {

void* plugin_allocate(std::size_t size) {
  void* block = std::malloc(size);
  if (block != nullptr) std::memset(block, 0x77, size);
  return block;
}

void plugin_free(void* block) { std::free(block); }

// Does the sort of work a plug-in does; the result is the same each time.
int plugin_work() {
  cache local;
  for (int i = 0; i < 200; ++i) local.words.emplace_back(static_cast<std::size_t>(i), 'w');
  std::memset(scratch, ++calls, sizeof scratch);
  return static_cast<int>(local.words.back().size() + global->size());
}
}
