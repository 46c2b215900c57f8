// What arenas are measured against, each with the same few functions:
//
//   reset()                     back to the start, memory kept: the hot state
//   allocate<Bytes>()           a constant size
//   allocate(bytes)             any size
//   resource()                  for polymorphic_allocator, where there is one
#pragma once

#include <benchmark/benchmark.h>
#include <sys/mman.h>

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <new>
#include <optional>

#include <strata/adaptor/huge_page.hpp>
#include <strata/arena/arena.hpp>

#ifdef STRATA_BENCH_BOOST_CONTAINER
#include <boost/container/pmr/monotonic_buffer_resource.hpp>
#endif
#ifdef STRATA_BENCH_FOONATHAN
#include <foonathan/memory/memory_stack.hpp>
#endif
#ifdef STRATA_BENCH_LLVM
#include <llvm/Support/Allocator.h>
#endif
#ifdef STRATA_BENCH_PROTOBUF
#include <google/protobuf/arena.h>
#endif

namespace strata::bench {

enum class pages { ordinary, huge };

// Memory that nobody touched: from the system, and back to it. An allocator would
// keep it, and the next contender would find it warm.
class untouched {
 public:
  explicit untouched(std::size_t bytes, pages kind = pages::ordinary)
      : bytes_(bytes + huge_bytes),
        mapped_(
            ::mmap(nullptr, bytes_, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)) {
    if (mapped_ == MAP_FAILED) throw std::bad_alloc();
    if (kind == pages::huge) ::madvise(mapped_, bytes_, MADV_HUGEPAGE);
  }
  ~untouched() { ::munmap(mapped_, bytes_); }
  untouched(const untouched&) = delete;
  untouched& operator=(const untouched&) = delete;

  // At the start of a huge page, whichever pages it has.
  [[nodiscard]] std::byte* begin() const noexcept {
    const auto address = reinterpret_cast<std::uintptr_t>(mapped_);
    return reinterpret_cast<std::byte*>((address + huge_bytes - 1) & ~(huge_bytes - 1));
  }

 private:
  static constexpr std::size_t huge_bytes = std::size_t{2} << 20;

  std::size_t bytes_;
  void* mapped_;
};

// So that the compiler does not see whose virtual function it calls.
[[nodiscard]] inline std::pmr::memory_resource* hidden(std::pmr::memory_resource* resource) {
  benchmark::DoNotOptimize(resource);
  return resource;
}

// The least that an allocation can be: one range, no growth, blocks of 16 bytes.
// What happens without room is unknown to the compiler, as with an arena that
// grows, so that it keeps nothing in registers that a real one could not.
class hand_written {
 public:
  explicit hand_written(std::size_t bytes, pages kind = pages::ordinary)
      : memory_(bytes, kind), end_(memory_.begin() + bytes) {
    reset();
  }

  void reset() noexcept { cursor_ = memory_.begin(); }

  template <std::size_t Bytes>
  [[gnu::always_inline]] inline void* allocate() {
    return allocate(Bytes);
  }

  [[gnu::always_inline]] inline void* allocate(std::size_t bytes) {
    std::byte* const block = cursor_;
    std::byte* const next = block + ((bytes + 15) & ~std::size_t{15});
    if (next > end_) [[unlikely]] {
      return grow(bytes);
    }
    cursor_ = next;
    return block;
  }

 private:
  [[gnu::cold, gnu::noinline]] void* grow(std::size_t bytes) {
    void* block = nullptr;
    asm volatile("" : "+r"(block) : "r"(this), "r"(bytes) : "memory");
    if (block == nullptr) throw std::bad_alloc();
    return block;
  }

  untouched memory_;
  std::byte* cursor_ = nullptr;
  std::byte* end_;
};

class hand_written_huge : public hand_written {
 public:
  explicit hand_written_huge(std::size_t bytes) : hand_written(bytes, pages::huge) {}
};

// The same behind std::pmr's virtual call.
class hand_written_resource final : public std::pmr::memory_resource {
 public:
  explicit hand_written_resource(std::size_t bytes) : memory_(bytes) {}
  void reset() noexcept { memory_.reset(); }
  [[nodiscard]] std::pmr::memory_resource* resource() noexcept { return hidden(this); }

 private:
  void* do_allocate(std::size_t bytes, std::size_t) override { return memory_.allocate(bytes); }
  void do_deallocate(void*, std::size_t, std::size_t) override {}
  [[nodiscard]] bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override {
    return this == &other;
  }
  hand_written memory_;
};

template <class Arena>
class strata_arena {
 public:
  explicit strata_arena(std::size_t, const arena_options& options = {}) : arena_(options) {}
  void reset() noexcept { arena_.reset(); }
  template <std::size_t Bytes>
  [[gnu::always_inline]] inline void* allocate() {
    return arena_.allocate(Bytes);
  }
  [[gnu::always_inline]] inline void* allocate(std::size_t bytes) { return arena_.allocate(bytes); }
  [[nodiscard]] std::pmr::memory_resource* resource() noexcept { return hidden(&arena_); }

 private:
  Arena arena_;
};

// One chunk of the right size, as the others have: with the chunks of before, blocks
// above a megabyte are large and have pages of their own.
class strata_sized : public strata_arena<arena> {
 public:
  explicit strata_sized(std::size_t bytes)
      : strata_arena(bytes, {.chunk_bytes = bytes, .chunk_bytes_max = bytes}) {}
};

struct huge_upstream {
  strata::huge_page pages;
};
class strata_huge : huge_upstream, public strata_arena<arena> {
 public:
  explicit strata_huge(std::size_t bytes)
      : strata_arena(bytes, {.upstream = &pages, .chunk_bytes = huge_page::page_bytes()}) {}
};

// Of the standard library, or of Boost; over a buffer that it starts again with.
template <class Monotonic>
class monotonic {
 public:
  explicit monotonic(std::size_t bytes) : bytes_(bytes), buffer_(bytes) { reset(); }

  void reset() { memory_.emplace(buffer_.begin(), bytes_); }
  template <std::size_t Bytes>
  void* allocate() {
    return memory_->allocate(Bytes);
  }
  void* allocate(std::size_t bytes) { return memory_->allocate(bytes); }
  [[nodiscard]] std::pmr::memory_resource* resource() noexcept { return hidden(&*memory_); }

 private:
  std::size_t bytes_;
  untouched buffer_;
  std::optional<Monotonic> memory_;
};

using std_monotonic = monotonic<std::pmr::monotonic_buffer_resource>;
#ifdef STRATA_BENCH_BOOST_CONTAINER
using boost_monotonic = monotonic<boost::container::pmr::monotonic_buffer_resource>;
#endif

// The arenas of others, each over one range that nobody touched, as the ones above.

#ifdef STRATA_BENCH_FOONATHAN
class foonathan_stack {
 public:
  explicit foonathan_stack(std::size_t bytes) : stack_(bytes + 4096), start_(stack_.top()) {}
  void reset() noexcept { stack_.unwind(start_); }
  template <std::size_t Bytes>
  void* allocate() {
    return allocate(Bytes);
  }
  void* allocate(std::size_t bytes) { return stack_.allocate(bytes, 16); }

 private:
  // Its blocks: one.
  class one_block {
   public:
    explicit one_block(std::size_t bytes) : bytes_(bytes) {}
    foonathan::memory::memory_block allocate_block() {
      return {memory_.emplace(bytes_).begin(), bytes_};
    }
    void deallocate_block(foonathan::memory::memory_block) noexcept { memory_.reset(); }
    [[nodiscard]] std::size_t next_block_size() const noexcept { return bytes_; }

   private:
    std::size_t bytes_;
    std::optional<untouched> memory_;
  };

  foonathan::memory::memory_stack<one_block> stack_;
  foonathan::memory::memory_stack<one_block>::marker start_;
};
#endif

#ifdef STRATA_BENCH_LLVM
class llvm_bump {
 public:
  explicit llvm_bump(std::size_t) {}
  void reset() noexcept { memory_.Reset(); }
  template <std::size_t Bytes>
  void* allocate() {
    return memory_.Allocate(Bytes, llvm::Align(16));
  }
  void* allocate(std::size_t bytes) { return memory_.Allocate(bytes, llvm::Align(16)); }

 private:
  // Its slabs: they keep their size, and a reset keeps the first.
  class untouched_slabs : public llvm::AllocatorBase<untouched_slabs> {
   public:
    // NOLINTBEGIN(readability-identifier-naming): the names are LLVM's
    void* Allocate(std::size_t bytes, std::size_t) { return memory_.emplace(bytes).begin(); }
    void Deallocate(const void*, std::size_t, std::size_t) { memory_.reset(); }
    // NOLINTEND(readability-identifier-naming)

   private:
    std::optional<untouched> memory_;
  };
  static constexpr std::size_t slab_bytes = std::size_t{8} << 20;

  llvm::BumpPtrAllocatorImpl<untouched_slabs, slab_bytes, slab_bytes> memory_;
};
#endif

#ifdef STRATA_BENCH_PROTOBUF
class protobuf_arena {
 public:
  explicit protobuf_arena(std::size_t bytes) : buffer_(bytes), arena_(options(bytes)) {}
  void reset() { arena_.Reset(); }
  template <std::size_t Bytes>
  void* allocate() {
    return allocate(Bytes);
  }
  void* allocate(std::size_t bytes) {
    return google::protobuf::Arena::CreateArray<char>(&arena_, bytes);
  }

 private:
  [[nodiscard]] google::protobuf::ArenaOptions options(std::size_t bytes) const {
    google::protobuf::ArenaOptions made;
    made.initial_block = reinterpret_cast<char*>(buffer_.begin());
    made.initial_block_size = bytes;
    return made;
  }

  untouched buffer_;
  google::protobuf::Arena arena_;
};
#endif

}  // namespace strata::bench
