// dlopen and dlclose, a thousand times, with thread-local storage and threads;
// plug-ins that prefer their own symbols (RTLD_DEEPBIND), alone and exchanging
// blocks with the program.
#include <dlfcn.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

#include "support/memory.hpp"
#include "support/suite.hpp"

namespace {

using suite::expect;

struct plugin {
  explicit plugin(int mode) : handle(::dlopen(STRATA_TEST_PLUGIN, mode)) {
    expect(handle != nullptr, "dlopen");
    if (handle == nullptr) std::abort();
    allocate = find<void*(std::size_t)>("plugin_allocate");
    release = find<void(void*)>("plugin_free");
    work = find<int()>("plugin_work");
  }
  ~plugin() { ::dlclose(handle); }
  plugin(const plugin&) = delete;
  plugin& operator=(const plugin&) = delete;

  template <class Function>
  Function* find(const char* name) {
    return reinterpret_cast<Function*>(::dlsym(handle, name));
  }

  void* handle;
  void* (*allocate)(std::size_t);
  void (*release)(void*);
  int (*work)();
};

void thousand_loads() {
  const auto load = [](int count) {
    for (int i = 0; i < count; ++i) {
      plugin loaded(RTLD_NOW | RTLD_LOCAL);
      suite::expect_equal(loaded.work(), 4199, "the plug-in's work");
      std::free(loaded.allocate(1000));
    }
  };
  load(100);
  const std::size_t before = memory::resident_bytes();
  load(1000);
  suite::expect_at_most(memory::resident_bytes() - std::min(before, memory::resident_bytes()),
                        8 * memory::mib, "resident growth over 1 000 loads");
}

void loads_with_threads() {
  for (int round = 0; round < 100; ++round) {
    plugin loaded(RTLD_NOW | RTLD_LOCAL);
    std::vector<std::thread> threads;
    std::vector<void*> blocks(4);
    for (std::size_t i = 0; i < blocks.size(); ++i) {
      threads.emplace_back([&, i] {
        for (int k = 0; k < 20; ++k) loaded.work();
        blocks[i] = loaded.allocate(5000);
      });
    }
    for (std::thread& thread : threads) thread.join();
    for (void* block : blocks) std::free(block);
  }
}

// Blocks outlive the plug-in that allocated them.
void blocks_outlive_the_plugin() {
  std::vector<memory::owned> blocks;
  for (std::size_t i = 0; i < 200; ++i) {
    plugin loaded(RTLD_NOW | RTLD_LOCAL);
    blocks.emplace_back(loaded.allocate(i * 50 + 1));
  }
  for (const memory::owned& block : blocks) {
    expect(*static_cast<unsigned char*>(block.get()) == 0x77, "contents of the plug-in's block");
  }
}

void deepbind_alone() {
  for (int i = 0; i < 100; ++i) {
    plugin loaded(RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
    suite::expect_equal(loaded.work(), 4199, "the plug-in's work");
    void* block = loaded.allocate(3000);
    memory::owned own{std::malloc(3000)};
    loaded.release(block);
  }
}

void deepbind_plugin_allocates_program_frees() {
  plugin loaded(RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
  for (std::size_t size = 1; size < 10 * memory::mib; size = size * 2 + 1) {
    void* block = loaded.allocate(size);
    block = std::realloc(block, size + 100);
    expect(block != nullptr && *static_cast<unsigned char*>(block) == 0x77, "realloc");
    std::free(block);
  }
}

void deepbind_program_allocates_plugin_frees() {
  plugin loaded(RTLD_NOW | RTLD_LOCAL | RTLD_DEEPBIND);
  for (std::size_t size = 1; size < 10 * memory::mib; size = size * 2 + 1) {
    loaded.release(std::malloc(size));
  }
}

constexpr suite::test_case cases[] = {
    {"thousand_loads", thousand_loads},
    {"loads_with_threads", loads_with_threads},
    {"blocks_outlive_the_plugin", blocks_outlive_the_plugin},
    {"deepbind_alone", deepbind_alone},
    {"deepbind_plugin_allocates_program_frees", deepbind_plugin_allocates_program_frees},
    {"deepbind_program_allocates_plugin_frees", deepbind_program_allocates_plugin_frees},
};

}  // namespace

int main(int argc, char** argv) { return suite::run(cases, argc, argv); }
