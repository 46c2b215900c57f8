// calloc's memory is zero, whatever was in it before: dirtied and freed blocks
// of the same and of other sizes, on other threads, shrunk and regrown, and
// blocks that come straight from the OS.
#include <malloc.h>

#include <cstdlib>
#include <cstring>
#include <thread>
#include <vector>

#include "support/memory.hpp"
#include "support/suite.hpp"

namespace {

using memory::owned;
using suite::expect;

constexpr std::size_t sizes[] = {1,     8,      16,     24,      100,     128,
                                 1000,  4000,   4096,   10000,   20000,   40000,
                                 70000, 131072, 200000, 1048576, 3000000, 40000000};

void dirty(std::size_t size, std::size_t count) {
  std::vector<owned> blocks;
  for (std::size_t i = 0; i < count; ++i) {
    blocks.emplace_back(std::malloc(size));
    std::memset(blocks.back().get(), 0xa5, ::malloc_usable_size(blocks.back().get()));
  }
}

std::size_t count_for(std::size_t size) { return size > 100000 ? 4 : 200; }

void expect_zero(std::size_t size) {
  std::vector<owned> blocks;
  for (std::size_t i = 0; i < count_for(size); ++i) {
    blocks.emplace_back(std::calloc(i % 2 == 0 ? 1 : size, i % 2 == 0 ? size : 1));
    if (!expect(memory::all_zero(blocks.back().get(), size), "calloc gives zeros")) {
      suite::note("size", size);
      return;
    }
    std::memset(blocks.back().get(), 0x5a, size);
  }
}

void after_dirty_blocks_of_the_same_size() {
  for (const std::size_t size : sizes) {
    for (int round = 0; round < 3; ++round) {
      dirty(size, count_for(size));
      expect_zero(size);
    }
  }
}

void after_dirty_blocks_of_other_sizes() {
  for (const std::size_t before : sizes) {
    dirty(before, before > 1000000 ? 2 : 4000000 / before / 10 + 4);
    for (const std::size_t size : sizes) {
      if (size <= 3000000) expect_zero(size);
    }
  }
}

void after_other_threads_dirtied() {
  for (const std::size_t size : sizes) {
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i) threads.emplace_back([size] { dirty(size, count_for(size)); });
    for (std::thread& thread : threads) thread.join();
    expect_zero(size);
  }
}

void after_trim_and_purge() {
  for (const std::size_t size : sizes) {
    dirty(size, count_for(size));
    ::malloc_trim(0);
    expect_zero(size);
  }
}

// The tail that a shrinking realloc gives back is dirty and may be served again.
void after_shrinking() {
  for (int round = 0; round < 20; ++round) {
    owned block{std::malloc(8 * memory::mib)};
    std::memset(block.get(), 0xff, 8 * memory::mib);
    block.reset(std::realloc(block.release(), 2 * memory::mib));
    for (const std::size_t size : {4096UL, 100000UL, 1048576UL, 3000000UL}) expect_zero(size);
    block.reset(std::realloc(block.release(), 6 * memory::mib));
  }
}

constexpr suite::test_case cases[] = {
    {"after_dirty_blocks_of_the_same_size", after_dirty_blocks_of_the_same_size},
    {"after_dirty_blocks_of_other_sizes", after_dirty_blocks_of_other_sizes},
    {"after_other_threads_dirtied", after_other_threads_dirtied},
    {"after_trim_and_purge", after_trim_and_purge},
    {"after_shrinking", after_shrinking},
};

}  // namespace

int main(int argc, char** argv) { return suite::run(cases, argc, argv); }
