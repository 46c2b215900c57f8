// Every block is aligned to 16 bytes, also the tiny ones; every power of two up
// to 1 GiB works at every size; an alignment that is none is refused the way
// each function's standard says. What malloc_usable_size promises is writable.
#include <malloc.h>
#include <unistd.h>

#include <bit>
#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <vector>

#include "support/memory.hpp"
#include "support/suite.hpp"

namespace {

using memory::opaque;
using memory::owned;
using suite::expect;

bool aligned(const void* block, std::size_t alignment) {
  return block != nullptr && reinterpret_cast<std::uintptr_t>(block) % alignment == 0;
}

void every_block_is_16_byte_aligned() {
  std::vector<owned> kept;
  for (std::size_t size = 0; size <= 2100; ++size) {
    for (int i = 0; i < 3; ++i) {
      for (void* block : {std::malloc(size), std::calloc(1, size), std::realloc(nullptr, size)}) {
        expect(aligned(block, 16), "16-byte alignment");
        kept.emplace_back(block);
      }
    }
  }
  for (std::size_t size = 2100; size <= 64 * memory::mib; size = size * 5 / 4 + 3) {
    kept.emplace_back(std::malloc(size));
    expect(aligned(kept.back().get(), 16), "16-byte alignment of a larger block");
  }
}

void check_aligned_block(void* raw, std::size_t alignment, std::size_t size) {
  owned block{raw};
  if (!expect(aligned(raw, alignment), "the alignment that was asked for")) {
    suite::note("alignment", alignment);
    suite::note("size", size);
    return;
  }
  const std::size_t usable = ::malloc_usable_size(raw);
  suite::expect_at_least(usable, size, "usable size of an aligned block");
  memory::fill(raw, size, alignment);
  expect(memory::intact(raw, size, alignment), "contents");
  if (usable > 0) static_cast<char*>(raw)[usable - 1] = 1;
}

void every_power_of_two_at_every_size() {
  constexpr std::size_t sizes[] = {1,    2,    7,     8,     9,      16,     17,      24,
                                   63,   64,   100,   1000,  1024,   4095,   4096,    4097,
                                   8192, 9000, 65536, 65537, 131072, 300000, 1 << 20, 5000000};
  for (std::size_t alignment = 1; alignment <= memory::gib; alignment *= 2) {
    for (const std::size_t size : sizes) {
      check_aligned_block(::memalign(alignment, size), alignment, size);
      check_aligned_block(std::aligned_alloc(alignment, size), alignment, size);
      void* block = nullptr;
      if (alignment < sizeof(void*)) continue;
      suite::expect_equal(::posix_memalign(&block, alignment, size), 0, "posix_memalign");
      check_aligned_block(block, alignment, size);
    }
  }
}

// Held at once, blocks must not overlap, and freeing in another order must work.
void many_aligned_blocks_at_once() {
  struct entry {
    owned block;
    std::size_t size;
  };
  std::vector<entry> kept;
  memory::random random{7};
  for (std::size_t i = 0; i < 20000; ++i) {
    const std::size_t alignment = std::size_t{1} << random.below(i % 100 == 0 ? 22 : 14);
    const std::size_t size = 1 + random.below(i % 50 == 0 ? 100000 : 600);
    owned block{::memalign(alignment, size)};
    if (!expect(aligned(block.get(), alignment), "alignment among many")) return;
    memory::fill(block.get(), size, i);
    kept.push_back({std::move(block), size});
  }
  for (std::size_t i = 0; i < kept.size(); ++i) {
    expect(memory::intact(kept[i].block.get(), kept[i].size, i), "blocks do not overlap");
  }
  for (std::size_t i = 0; i < kept.size(); ++i) std::swap(kept[i], kept[random.below(kept.size())]);
}

void aligned_alloc_refuses_no_power_of_two() {
  for (const std::size_t alignment : {0UL, 3UL, 5UL, 6UL, 12UL, 24UL, 48UL, 100UL, 4095UL, 4097UL,
                                      12288UL, SIZE_MAX, SIZE_MAX / 2}) {
    errno = 0;
    owned block{std::aligned_alloc(opaque(alignment), 64)};
    expect(block == nullptr, "aligned_alloc with an alignment that is no power of two");
    suite::expect_equal(errno, EINVAL, "errno of aligned_alloc");
  }
}

void posix_memalign_refuses_bad_alignments() {
  void* const untouched = reinterpret_cast<void*>(0x1234);
  for (const std::size_t alignment :
       {0UL, 1UL, 2UL, 3UL, 4UL, 7UL, 12UL, 24UL, 40UL, 100UL, 4097UL, 12288UL, SIZE_MAX}) {
    void* block = untouched;
    errno = 99;
    suite::expect_equal(::posix_memalign(&block, opaque(alignment), 64), EINVAL, "posix_memalign");
    suite::expect_equal(errno, 99, "posix_memalign leaves errno alone");
    expect(block == untouched, "posix_memalign leaves the pointer alone");
  }
  errno = 99;
  void* block = nullptr;
  suite::expect_equal(::posix_memalign(&block, 64, 64), 0, "posix_memalign");
  suite::expect_equal(errno, 99, "errno after success");
  std::free(block);
}

void valloc_and_pvalloc_give_pages() {
  const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
  for (const std::size_t size :
       {std::size_t{1}, std::size_t{100}, page - 1, page, page + 1, 10 * page}) {
    owned some{::valloc(size)};
    expect(aligned(some.get(), page), "valloc");
    owned rounded{::pvalloc(size)};
    expect(aligned(rounded.get(), page), "pvalloc");
    suite::expect_at_least(::malloc_usable_size(rounded.get()), (size + page - 1) / page * page,
                           "pvalloc rounds up to pages");
    std::memset(rounded.get(), 1, (size + page - 1) / page * page);
  }
}

// Writing all of the usable size of one block must not change its neighbours.
void usable_size_is_usable() {
  std::vector<owned> kept;
  for (std::size_t i = 0; i < 6000; ++i) {
    kept.emplace_back(std::malloc(i < 5000 ? i % 2500 : (i - 5000) * 331));
    void* block = kept.back().get();
    memory::fill(block, ::malloc_usable_size(block), i);
  }
  for (std::size_t i = 0; i < kept.size(); ++i) {
    void* block = kept[i].get();
    expect(memory::intact(block, ::malloc_usable_size(block), i),
           "the usable bytes are the block's");
  }
}

constexpr suite::test_case cases[] = {
    {"every_block_is_16_byte_aligned", every_block_is_16_byte_aligned},
    {"every_power_of_two_at_every_size", every_power_of_two_at_every_size},
    {"many_aligned_blocks_at_once", many_aligned_blocks_at_once},
    {"aligned_alloc_refuses_no_power_of_two", aligned_alloc_refuses_no_power_of_two},
    {"posix_memalign_refuses_bad_alignments", posix_memalign_refuses_bad_alignments},
    {"valloc_and_pvalloc_give_pages", valloc_and_pvalloc_give_pages},
    {"usable_size_is_usable", usable_size_is_usable},
};

}  // namespace

int main(int argc, char** argv) { return suite::run(cases, argc, argv); }
