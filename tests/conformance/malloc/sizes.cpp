// A request that cannot be served, because it is beyond PTRDIFF_MAX or its size
// computation overflows, gives NULL and ENOMEM from every entry point, and
// leaves what the caller already has alone. Small and zero sizes are served.
#include <malloc.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>

#include "support/memory.hpp"
#include "support/suite.hpp"

namespace {

using memory::opaque;
using suite::expect;

constexpr std::size_t impossible[] = {std::size_t{PTRDIFF_MAX} + 1,
                                      std::size_t{PTRDIFF_MAX} + 4096,
                                      SIZE_MAX / 4 * 3,
                                      SIZE_MAX - 65536,
                                      SIZE_MAX - 4096,
                                      SIZE_MAX - 4095,
                                      SIZE_MAX - 64,
                                      SIZE_MAX - 16,
                                      SIZE_MAX - 15,
                                      SIZE_MAX - 8,
                                      SIZE_MAX - 1,
                                      SIZE_MAX};

template <class Request>
void refused(Request request, const char* what,
             const suite::location& where = suite::location::current()) {
  errno = 0;
  void* block = request();
  expect(block == nullptr, what, where);
  suite::expect_equal(errno, ENOMEM, what, where);
  std::free(block);
}

void malloc_beyond_ptrdiff_max() {
  for (const std::size_t size : impossible) {
    refused([&] { return std::malloc(opaque(size)); }, "malloc");
  }
  // Exactly PTRDIFF_MAX is no error of the caller, but no machine has it.
  refused([] { return std::malloc(opaque(std::size_t{PTRDIFF_MAX})); }, "malloc(PTRDIFF_MAX)");
}

void realloc_beyond_ptrdiff_max() {
  for (const std::size_t size : impossible) {
    refused([&] { return std::realloc(nullptr, opaque(size)); }, "realloc(NULL)");
    for (const std::size_t old : {1UL, 100UL, 5000UL, 300000UL, 5000000UL}) {
      memory::owned block{std::malloc(old)};
      memory::fill(block.get(), old, size);
      refused([&] { return std::realloc(opaque(block.get()), opaque(size)); }, "realloc");
      expect(memory::intact(block.get(), old, size), "a refused realloc keeps the block");
    }
  }
}

void calloc_overflow() {
  constexpr std::size_t half = std::size_t{1} << 32;
  struct product {
    std::size_t count;
    std::size_t size;
  };
  const product products[] = {{SIZE_MAX, 2},
                              {2, SIZE_MAX},
                              {half, half},
                              {half + 1, half - 1},
                              {SIZE_MAX / 16 + 2, 16},
                              {SIZE_MAX / 2 + 1, 2},
                              {SIZE_MAX / 3 + 1, 3},
                              {SIZE_MAX, SIZE_MAX},
                              {1, SIZE_MAX},
                              {PTRDIFF_MAX, 1},
                              {std::size_t{PTRDIFF_MAX} / 8 + 1, 8}};
  for (const product& each : products) {
    refused([&] { return std::calloc(opaque(each.count), opaque(each.size)); }, "calloc");
    refused([&] { return ::reallocarray(nullptr, opaque(each.count), opaque(each.size)); },
            "reallocarray");
    memory::owned block{std::malloc(40)};
    memory::fill(block.get(), 40, 1);
    refused([&] { return ::reallocarray(block.get(), opaque(each.count), opaque(each.size)); },
            "reallocarray of a block");
    expect(memory::intact(block.get(), 40, 1), "a refused reallocarray keeps the block");
  }
}

void aligned_beyond_ptrdiff_max() {
  for (std::size_t alignment = 1; alignment <= memory::gib; alignment *= 2) {
    for (const std::size_t size : impossible) {
      refused([&] { return ::memalign(opaque(alignment), opaque(size)); }, "memalign");
      refused([&] { return std::aligned_alloc(opaque(alignment), opaque(size)); }, "aligned_alloc");
    }
  }
  for (const std::size_t size : impossible) {
    refused([&] { return ::valloc(opaque(size)); }, "valloc");
    refused([&] { return ::pvalloc(opaque(size)); }, "pvalloc");
  }
}

void posix_memalign_refuses_by_its_result() {
  void* const untouched = reinterpret_cast<void*>(0x1234);
  for (std::size_t alignment = sizeof(void*); alignment <= memory::gib; alignment *= 2) {
    for (const std::size_t size : impossible) {
      void* block = untouched;
      errno = 99;
      suite::expect_equal(::posix_memalign(&block, alignment, opaque(size)), ENOMEM, "its result");
      expect(block == untouched, "posix_memalign leaves the pointer alone");
      suite::expect_equal(errno, 99, "posix_memalign leaves errno alone");
    }
  }
}

// An alignment near the top of the address space, with a size that is fine.
void huge_alignments() {
  for (const int bit : {47, 48, 55, 62, 63}) {
    const std::size_t alignment = std::size_t{1} << bit;
    refused([&] { return ::memalign(opaque(alignment), 64); }, "memalign, huge alignment");
    refused([&] { return std::aligned_alloc(opaque(alignment), 64); },
            "aligned_alloc, huge alignment");
    void* block = nullptr;
    suite::expect_equal(::posix_memalign(&block, opaque(alignment), 64), ENOMEM, "posix_memalign");
  }
}

void zero_sizes_are_blocks() {
  void* blocks[] = {std::malloc(0),
                    std::calloc(0, 8),
                    std::calloc(8, 0),
                    std::calloc(0, opaque(SIZE_MAX)),
                    std::realloc(nullptr, 0),
                    ::reallocarray(nullptr, 0, 8),
                    ::memalign(64, 0),
                    std::aligned_alloc(64, 0),
                    ::valloc(0),
                    ::pvalloc(0),
                    std::malloc(0),
                    std::malloc(0)};
  for (void*& block : blocks) {
    expect(block != nullptr, "a request for zero bytes gives a block");
    for (void** other = blocks; other != &block; ++other) {
      expect(*other != block, "and every one is another");
    }
  }
  for (void* block : blocks) std::free(block);
}

void success_leaves_errno_alone() {
  errno = 77;
  for (std::size_t size = 1; size <= 64 * memory::mib; size = size * 3 / 2 + 1) {
    memory::owned block{std::malloc(size)};
    memory::owned zeroed{std::calloc(1, size)};
    block.reset(std::realloc(block.release(), size * 2));
    expect(block != nullptr && zeroed != nullptr, "a reasonable request is served");
  }
  suite::expect_equal(errno, 77, "errno after malloc, calloc, realloc and free");
  std::free(nullptr);
  suite::expect_equal(errno, 77, "errno after free(NULL)");
}

// 8 GiB of address space that is never touched must not need 8 GiB of memory.
void untouched_memory_is_not_resident() {
  const std::size_t before = memory::resident_bytes();
  memory::owned block{std::malloc(8 * memory::gib)};
  memory::owned zeroed{std::calloc(8, memory::gib)};
  if (!expect(block != nullptr && zeroed != nullptr, "8 GiB of address space")) return;
  static_cast<char*>(block.get())[4 * memory::gib] = 1;
  expect(static_cast<char*>(zeroed.get())[5 * memory::gib] == 0, "calloc of 8 GiB is zero");
  suite::expect_at_most(memory::resident_bytes() - before, 64 * memory::mib, "resident growth");
}

constexpr suite::test_case cases[] = {
    {"malloc_beyond_ptrdiff_max", malloc_beyond_ptrdiff_max},
    {"realloc_beyond_ptrdiff_max", realloc_beyond_ptrdiff_max},
    {"calloc_overflow", calloc_overflow},
    {"aligned_beyond_ptrdiff_max", aligned_beyond_ptrdiff_max},
    {"posix_memalign_refuses_by_its_result", posix_memalign_refuses_by_its_result},
    {"huge_alignments", huge_alignments},
    {"zero_sizes_are_blocks", zero_sizes_are_blocks},
    {"success_leaves_errno_alone", success_leaves_errno_alone},
    {"untouched_memory_is_not_resident", untouched_memory_is_not_resident},
};

}  // namespace

int main(int argc, char** argv) { return suite::run(cases, argc, argv); }
