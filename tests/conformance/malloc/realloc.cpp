// realloc keeps contents whichever way it goes, stays where it is while the
// usable size suffices, frees at size zero, and gives memory back on shrinking.
#include <malloc.h>

#include <algorithm>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <utility>
#include <vector>

#include "support/memory.hpp"
#include "support/suite.hpp"

namespace {

using memory::opaque;
using memory::owned;
using suite::expect;

void zero_frees_and_returns_null() {
  const std::size_t before = memory::resident_bytes();
  for (int i = 0; i < 20000; ++i) {
    const std::size_t size = i % 10 == 0 ? 100000 : 1000;
    void* block = std::malloc(size);
    std::memset(block, 1, size);
    errno = 55;
    expect(std::realloc(opaque(block), opaque(std::size_t{0})) == nullptr, "realloc(p, 0)");
    suite::expect_equal(errno, 55, "errno after realloc(p, 0)");
  }
  // 200 MiB would stay if the blocks were not freed.
  suite::expect_at_most(memory::resident_bytes() - before, 32 * memory::mib, "resident growth");
}

void null_is_malloc() {
  for (std::size_t size = 1; size < 10 * memory::mib; size = size * 3 + 1) {
    owned block{std::realloc(nullptr, size)};
    if (expect(block != nullptr, "realloc(NULL, n)")) memory::fill(block.get(), size, 1);
  }
}

void within_the_usable_size_does_not_move() {
  for (std::size_t size = 1; size < 64 * memory::mib; size = size * 9 / 8 + 1) {
    for (const int part : {0, 1, 2}) {
      void* block = std::malloc(size);
      const std::size_t slack = ::malloc_usable_size(block) - size;
      memory::fill(block, size, size);
      void* same = std::realloc(opaque(block), size + slack * static_cast<std::size_t>(part) / 2);
      expect(same == block, "realloc within the usable size stays");
      expect(memory::intact(same, size, size), "contents");
      std::free(same);
    }
  }
}

void keeps_contents_in_every_step() {
  for (std::size_t from = 1; from <= 8 * memory::mib; from = from * 7 / 3 + 1) {
    for (std::size_t to = 1; to <= 8 * memory::mib; to = to * 7 / 3 + 2) {
      owned block{std::malloc(from)};
      memory::fill(block.get(), from, from);
      block.reset(std::realloc(block.release(), to));
      if (!expect(block != nullptr, "realloc")) return;
      // The pattern is a function of position, so a prefix of it is checkable
      // when it ends at a whole word.
      const std::size_t common = std::min(from, to) / 8 * 8;
      expect(memory::intact(block.get(), common, from), "the common part is kept");
      suite::expect_at_least(::malloc_usable_size(block.get()), to, "usable size");
      memory::fill(block.get(), to, to);
    }
  }
}

void grows_one_block_to_a_gigabyte() {
  owned block{std::malloc(64)};
  memory::fill(block.get(), 64, 3);
  for (std::size_t size = 64; size < memory::gib; size *= 2) {
    block.reset(std::realloc(block.release(), size * 2));
    if (!expect(block != nullptr, "growth")) return;
    expect(memory::intact(block.get(), 64, 3), "the first bytes");
    auto* bytes = static_cast<unsigned char*>(block.get());
    expect(size == 64 || bytes[size - 1] == 0x77, "the last byte of the step before");
    bytes[size * 2 - 1] = 0x77;
  }
}

// The array that everyone writes: grown by a little many times.
void grows_in_small_steps() {
  owned block{nullptr};
  std::size_t size = 0;
  for (int step = 0; step < 20000; ++step) {
    const std::size_t more = size + 160;
    block.reset(std::realloc(block.release(), more));
    std::memset(static_cast<char*>(block.get()) + size, step & 0xff, more - size);
    size = more;
  }
  const auto* bytes = static_cast<const unsigned char*>(block.get());
  for (std::size_t i = 0; i < size; ++i) {
    if (!expect(bytes[i] == (i / 160 & 0xff), "contents after small steps")) return;
  }
}

// Read into a large buffer, keep little of it.
void shrinking_many_returns_memory() {
  constexpr std::size_t read = 200 * 1000;
  const std::size_t before = memory::resident_bytes();
  std::vector<owned> kept;
  for (int i = 0; i < 2000; ++i) {
    owned block{std::malloc(read)};
    if (!expect(block != nullptr, "malloc")) return;
    std::memset(block.get(), 1, read);
    memory::fill(block.get(), 100, 9);
    block.reset(std::realloc(block.release(), 100));
    kept.push_back(std::move(block));
  }
  for (const owned& block : kept) expect(memory::intact(block.get(), 100, 9), "contents");
  suite::expect_at_most(memory::resident_bytes() - before, 64 * memory::mib,
                        "resident after shrinking 2000 buffers of 200 kB to 100 bytes");
}

void shrinking_returns_memory() {
  constexpr std::size_t large = 3 * memory::gib / 2;
  const std::size_t before = memory::resident_bytes();
  owned block{std::malloc(large)};
  if (!expect(block != nullptr, "1.5 GiB")) return;
  std::memset(block.get(), 1, large);
  memory::fill(block.get(), 50 * memory::kib, 9);
  suite::expect_at_least(memory::resident_bytes() - before, large, "resident when touched");
  block.reset(std::realloc(block.release(), 50 * memory::kib));
  expect(memory::intact(block.get(), 50 * memory::kib, 9), "contents");
  suite::expect_at_most(memory::resident_bytes() - before, 64 * memory::mib,
                        "resident after shrinking 1.5 GiB to 50 KiB");
}

void keeps_aligned_blocks() {
  for (std::size_t alignment = 32; alignment <= 16 * memory::mib; alignment *= 4) {
    for (const std::size_t size : {100UL, 5000UL, 200000UL, 3000000UL}) {
      for (const std::size_t other : {50UL, 150UL, 40000UL, 1000000UL, 8000000UL}) {
        owned block{::memalign(alignment, size)};
        if (!expect(block != nullptr, "memalign")) return;
        memory::fill(block.get(), size, alignment);
        block.reset(std::realloc(block.release(), other));
        expect(memory::intact(block.get(), std::min(size, other) / 8 * 8, alignment),
               "realloc of an aligned block keeps its contents");
      }
    }
  }
}

void reallocarray_multiplies() {
  auto* numbers = static_cast<std::uint64_t*>(::reallocarray(nullptr, 10, sizeof(std::uint64_t)));
  for (std::uint64_t i = 0; i < 10; ++i) numbers[i] = i;
  numbers = static_cast<std::uint64_t*>(::reallocarray(numbers, 100000, sizeof(std::uint64_t)));
  for (std::uint64_t i = 0; i < 10; ++i) expect(numbers[i] == i, "reallocarray keeps contents");
  numbers[99999] = 1;
  expect(::reallocarray(opaque(numbers), 0, 8) == nullptr, "reallocarray(p, 0, n) frees");
}

constexpr suite::test_case cases[] = {
    {"zero_frees_and_returns_null", zero_frees_and_returns_null},
    {"null_is_malloc", null_is_malloc},
    {"within_the_usable_size_does_not_move", within_the_usable_size_does_not_move},
    {"keeps_contents_in_every_step", keeps_contents_in_every_step},
    {"grows_one_block_to_a_gigabyte", grows_one_block_to_a_gigabyte},
    {"grows_in_small_steps", grows_in_small_steps},
    {"shrinking_returns_memory", shrinking_returns_memory},
    {"shrinking_many_returns_memory", shrinking_many_returns_memory},
    {"keeps_aligned_blocks", keeps_aligned_blocks},
    {"reallocarray_multiplies", reallocarray_multiplies},
};

}  // namespace

int main(int argc, char** argv) { return suite::run(cases, argc, argv); }
