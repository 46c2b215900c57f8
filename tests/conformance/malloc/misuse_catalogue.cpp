// Each planted error as a function: the pointers are what a mistaken program would
// hold, and nothing hands the memory out again between the error and its discovery.

#include <dlfcn.h>
#include <malloc.h>
#include <sys/mman.h>

#include <cstdint>
#include <cstdlib>
#include <new>
#include <span>
#include <thread>
#include <utility>

#include "misuse.hpp"
#include "support/memory.hpp"

namespace misuse {
namespace {

using memory::opaque;

constexpr std::size_t sizes[] = {16, 100, 1000, 20000, memory::mib};

std::string label(const char* what, std::size_t size) {
  return std::string(what) + " of " + std::to_string(size) + " bytes";
}

void release(void* block) { std::free(opaque(block)); }

void release_on_another_thread(void* block) { std::thread(release, block).join(); }

// -- Double frees -----------------------------------------------------------------

struct source {
  const char* name;
  void* (*get)(std::size_t size);
};
constexpr source from_malloc{"malloc", [](std::size_t size) { return std::malloc(size); }};
constexpr source from_calloc{"calloc", [](std::size_t size) { return std::calloc(1, size); }};
constexpr source from_memalign{"memalign", [](std::size_t size) { return ::memalign(256, size); }};

// A thousand other operations between the two frees: siblings of the block are
// freed, so it lies deep in whatever list it is in; blocks of other sizes come
// and go. Every second sibling lives, so the slab does too.
void free_twice_with_work_between(const source& from, std::size_t size) {
  static void* siblings[1000];
  const std::span used(siblings, size < 100000 ? std::size_t{1000} : std::size_t{50});
  for (void*& sibling : used) sibling = from.get(size);
  void* block = from.get(size);
  for (std::size_t i = 0; i < used.size(); i += 4) release(used[i]);
  release(block);
  for (std::size_t i = 2; i < used.size(); i += 4) release(used[i]);
  for (std::size_t i = 0; i < 1000; ++i) release(opaque(std::malloc(size * 3 + 48)));
  release(block);
}

void add_double_frees(std::vector<planted>& into, const source& from, std::size_t size) {
  constexpr auto named = "double free|invalid free";
  const std::string what = label(from.name, size) + ", freed twice ";
  into.push_back({what + "at once", named, [=] {
                    void* block = from.get(size);
                    release(block);
                    release(block);
                  }});
  into.push_back(
      {what + "with work between", named, [=] { free_twice_with_work_between(from, size); }});
  into.push_back({what + "the second time by another thread", named, [=] {
                    void* block = from.get(size);
                    release(block);
                    release_on_another_thread(block);
                  }});
  into.push_back({what + "the first time by another thread", named, [=] {
                    void* block = from.get(size);
                    release_on_another_thread(block);
                    release(block);
                  }});
}

std::vector<planted> double_frees() {
  std::vector<planted> result;
  bool zeroed = true;
  for (const std::size_t size : sizes) {
    add_double_frees(result, from_malloc, size);
    add_double_frees(result, zeroed ? from_calloc : from_memalign, size);
    zeroed = !zeroed;
  }
  return result;
}

// -- Foreign and interior pointers -----------------------------------------------------

char* map_pages(std::size_t count) {
  return static_cast<char*>(
      ::mmap(nullptr, count * 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
}

std::vector<planted> foreign_frees() {
  constexpr auto named = "foreign free";
  alignas(16) static char in_static_data[64];
  const auto address = [](std::uintptr_t value) {
    return [value] { release(reinterpret_cast<void*>(value)); };
  };
  return {
      {"the stack", named,
       [] {
         alignas(16) char local[64];
         release(local);
       }},
      {"the stack of another thread", named,
       [] {
         std::thread([] {
           alignas(16) char local[64];
           release(local);
         }).join();
       }},
      {"static data", named, [] { release(in_static_data); }},
      {"the start of a mapping", named, [] { release(map_pages(16)); }},
      {"the middle of a mapping", named, [] { release(map_pages(16) + 5 * 4096 + 64); }},
      {"a large mapping", named, [] { release(map_pages(16384) + 32 * memory::mib); }},
      {"an unmapped address", named,
       [] {
         char* pages = map_pages(16);
         ::munmap(pages, 16 * 4096);
         release(pages + 4096);
       }},
      {"a function", named,
       [] {
         release(reinterpret_cast<void*>(reinterpret_cast<std::uintptr_t>(&map_pages) & ~15UL));
       }},
      {"a small integer", named, address(0x1000)},
      {"16", named, address(16)},
      {"a non-canonical address", named, address(0xdead000000000000)},
      {"an address of the kernel", named, address(0xffff800000000000)},
      {"minus sixteen", named, address(~std::uintptr_t{15})},
      {"an odd small integer", "foreign free|misaligned free", address(0x1001)},
      {"an odd address on the stack", "foreign free|misaligned free",
       [] {
         alignas(16) char local[64];
         release(local + 3);
       }},
  };
}

std::vector<planted> interior_frees() {
  std::vector<planted> result;
  for (const std::size_t size : sizes) {
    if (size < 32) continue;
    const auto plant = [&](const char* what, std::size_t offset, const char* named) {
      result.push_back({label(what, size), named, [=] {
                          void* block = std::malloc(size);
                          release(static_cast<char*>(block) + offset);
                        }});
    };
    plant("16 bytes into a block", 16, "interior free");
    plant("half way into a block", size / 2 / 16 * 16, "interior free");
    plant("8 bytes into a block", 8, "misaligned free|interior free");
    plant("one byte into a block", 1, "misaligned free|interior free");
  }
  result.push_back({"16 bytes into an aligned block", "interior free",
                    [] { release(static_cast<char*>(::memalign(4096, 10000)) + 16); }});
  result.push_back({"4096 bytes into a large block", "interior free",
                    [] { release(static_cast<char*>(std::malloc(8 * memory::mib)) + 4096); }});
  return result;
}

// -- Sized frees and reallocs ------------------------------------------------------------

std::vector<planted> sized_frees() {
  constexpr auto named = "sized free";
  std::vector<planted> result;
  for (const std::pair<std::size_t, std::size_t>& wrong : {std::pair{100UL, 1000UL},
                                                           {1000UL, 100UL},
                                                           {1000UL, 20000UL},
                                                           {20000UL, 1000UL},
                                                           {memory::mib, 1000UL},
                                                           {1000UL, memory::mib},
                                                           {memory::mib, 3 * memory::mib}}) {
    const std::size_t actual = wrong.first;
    const std::size_t given = wrong.second;
    const std::string how = label("a block", actual) + " freed as " + std::to_string(given);
    result.push_back({how + ", operator delete", named,
                      [=] { ::operator delete(opaque(::operator new(actual)), opaque(given)); }});
    // A smaller size may be right for free_sized: realloc shrinks blocks where they are.
    if (given < actual) continue;
    result.push_back({how + ", free_sized", named, [=] {
                        auto* free_sized = reinterpret_cast<void (*)(void*, std::size_t)>(
                            ::dlsym(RTLD_DEFAULT, "free_sized"));
                        if (free_sized != nullptr) free_sized(std::malloc(actual), given);
                      }});
  }
  result.push_back({"an aligned block freed with another size", named, [] {
                      constexpr auto alignment = std::align_val_t{64};
                      ::operator delete (opaque(::operator new(1000, alignment)), std::size_t{5000},
                                         alignment);
                    }});
  return result;
}

std::vector<planted> reallocs() {
  std::vector<planted> result;
  for (const std::size_t size : sizes) {
    result.push_back({label("realloc of a freed block", size), "double free|invalid free", [=] {
                        void* block = std::malloc(size);
                        release(block);
                        (void)opaque(std::realloc(opaque(block), size * 2));
                      }});
  }
  result.push_back({"realloc of the stack", "foreign free", [] {
                      alignas(16) char local[64];
                      (void)opaque(std::realloc(opaque(static_cast<void*>(local)), 128));
                    }});
  result.push_back({"realloc of the inside of a block", "interior free", [] {
                      void* block = std::malloc(1000);
                      (void)opaque(std::realloc(opaque(static_cast<char*>(block) + 64), 2000));
                    }});
  result.push_back({"free of a block that realloc moved away", "double free|invalid free", [] {
                      void* block = std::malloc(100);
                      void* guard = std::malloc(100);
                      void* moved = std::realloc(opaque(block), 50000);
                      if (moved != block) release(block);
                      release(guard);
                    }});
  return result;
}

}  // namespace

std::vector<planted> errors(std::string_view family) {
  if (family == "double") return double_frees();
  if (family == "foreign") return foreign_frees();
  if (family == "interior") return interior_frees();
  if (family == "sized") return sized_frees();
  if (family == "realloc") return reallocs();
  std::abort();
}

}  // namespace misuse
