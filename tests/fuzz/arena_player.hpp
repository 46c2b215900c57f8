// Plays an input against an arena, next to a model that knows which blocks live
// and what is in them. Any difference throws, and says at which operation.
//
// An operation is four bytes:
//
//   byte 0   which operation
//   byte 1   which of the live blocks, or open checkpoints; alignment
//   2, 3     size: twelve bits, shifted left by the other four
//
// Every input means something.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <strata/arena/arena.hpp>

#include "support/shadow_block.hpp"

namespace strata::test {

/// Refuses while it is told to.
class refusing_upstream final : public std::pmr::memory_resource {
 public:
  bool refuses = false;
  std::size_t live_bytes = 0;

 private:
  void* do_allocate(std::size_t bytes, std::size_t alignment) override {
    if (refuses || bytes > std::size_t{64} << 20) throw std::bad_alloc();
    live_bytes += bytes;
    return ::operator new (bytes, std::align_val_t{alignment});
  }
  void do_deallocate(void* block, std::size_t bytes, std::size_t alignment) override {
    live_bytes -= bytes;
    ::operator delete (block, std::align_val_t{alignment});
  }
  [[nodiscard]] bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override {
    return this == &other;
  }
};

template <class Arena>
class arena_player {
 public:
  /// Of the memory of large blocks that ended, so many bytes may wait for the next ones.
  explicit arena_player(std::size_t large_bytes_kept)
      : arena_{{.upstream = &upstream_,
                .chunk_bytes = 1024,
                .chunk_bytes_max = 16384,
                .large_bytes_kept = large_bytes_kept}} {}

  void play(std::span<const std::uint8_t> input) {
    for (; input.size() >= 4; input = input.subspan(4)) {
      perform(input[0] % 16, input[1],
              std::size_t{input[2] | (input[3] & 15u) << 8} << (input[3] >> 4) % 8);
      peak_ = std::max(peak_, arena_.allocated());
      ++step_;
    }
    compare();
    arena_.reset(arena_keep::none());
    require(upstream_.live_bytes == 0, "everything goes back to the upstream");
    require(destroyed_ == registered_, "every registered destructor runs once");
  }

 private:
  struct live_block {
    shadow_block shadow;
    std::size_t alignment;
    std::uint64_t serial;  // a checkpoint knows what is younger
  };
  struct open_checkpoint {
    typename Arena::position at;
    std::uint64_t serial;
    std::size_t registered;
  };
  struct counted {
    explicit counted(std::size_t& of) : count(of) {}
    ~counted() { ++count; }
    std::size_t& count;
  };

  void perform(unsigned kind, std::uint8_t which, std::size_t bytes) {
    switch (kind) {
      case 0:
      case 1:
      case 2:
      case 3:
        return allocate(bytes, std::size_t{1} << which % 8);
      case 4:
        return allocate(bytes, std::size_t{1} << which % 17);
      case 5:
        return allocate_at_least(bytes);
      case 6:
      case 7:
        return deallocate(which);
      case 8:
      case 9:
        return resize(which, bytes);
      case 10:
        return make_registered();
      case 11:
      case 12:
        return open();
      case 13:
        return rewind(which);
      case 14:
        return forget(which);
      default:
        return whole_arena(which, bytes);
    }
  }

  void require(bool holds, const char* what) const {
    if (!holds) throw std::logic_error("operation " + std::to_string(step_) + ": " + what);
  }

  void add(void* memory, std::size_t bytes, std::size_t alignment) {
    require(reinterpret_cast<std::uintptr_t>(memory) % alignment == 0, "blocks are aligned");
    require(arena_.owns(memory), "an arena owns its blocks");
    ++serial_;
    live_.push_back({{static_cast<std::byte*>(memory), bytes, serial_}, alignment, serial_});
    paint(live_.back().shadow);
  }

  void allocate(std::size_t bytes, std::size_t alignment) {
    void* const memory = arena_.try_allocate(bytes, alignment);
    require(memory != nullptr || upstream_.refuses, "only the upstream refuses");
    if (memory != nullptr) add(memory, bytes, alignment);
  }

  void allocate_at_least(std::size_t bytes) {
    if (upstream_.refuses) return;
    const sized_block given = arena_.allocate_at_least(bytes);
    require(given.bytes >= bytes, "at least what was asked for");
    add(given.block, given.bytes, Arena::default_alignment);
  }

  // Mostly the newest ones: the others say little.
  [[nodiscard]] typename std::vector<live_block>::iterator pick(std::uint8_t which) {
    const std::size_t back = which % 4 != 0 ? which % 3 : which;
    return live_.end() - static_cast<std::ptrdiff_t>(1 + back % live_.size());
  }

  void deallocate(std::uint8_t which) {
    if (live_.empty()) return;
    const auto victim = pick(which);
    require(intact(victim->shadow), "contents stay until the end");
    arena_.deallocate(victim->shadow.memory, victim->shadow.size, victim->alignment);
    live_.erase(victim);
  }

  void resize(std::uint8_t which, std::size_t bytes) {
    if (live_.empty()) return;
    live_block& block = *pick(which);
    const std::size_t before = block.shadow.size;
    const bool done = arena_.try_resize(block.shadow.memory, before, bytes);
    require(done || bytes > before, "every block can shrink");
    require(intact(block.shadow, std::min(before, bytes)), "contents survive a change of size");
    if (!done) return;
    block.shadow.size = bytes;
    paint(block.shadow);
  }

  void make_registered() {
    if (upstream_.refuses) return;
    (void)arena_.template make_registered<counted>(destroyed_);
    ++registered_;
  }

  void open() { open_.push_back({arena_.checkpoint(), serial_, registered_ - destroyed_}); }

  void rewind(std::uint8_t which) {
    if (open_.empty()) return;
    open_.erase(
        open_.end() - static_cast<std::ptrdiff_t>(which % std::min(open_.size(), std::size_t{4})),
        open_.end());
    const open_checkpoint& to = open_.back();
    arena_.rewind(to.at);
    std::erase_if(live_, [&](const live_block& each) { return each.serial > to.serial; });
    require(registered_ - destroyed_ == to.registered, "a rewind destroys what came after");
    compare();
  }

  void forget(std::uint8_t which) {
    if (open_.empty()) return;
    const std::size_t inner = which % std::min(open_.size(), std::size_t{4});
    open_.erase(open_.end() - static_cast<std::ptrdiff_t>(inner), open_.end());
    arena_.forget(open_.back().at);
    open_.pop_back();
  }

  void whole_arena(std::uint8_t which, std::size_t bytes) {
    switch (which % 8) {
      case 0:
        return reset(arena_keep::all());
      case 1:
        return reset(arena_keep::none());
      case 2:
        return reset(arena_keep::up_to(bytes));
      case 3:
        return reset(arena_keep::recent_peak());
      case 4:
        (void)arena_.purge();
        return;
      case 5:
        upstream_.refuses = !upstream_.refuses;
        return;
      default:
        return compare();
    }
  }

  void reset(arena_keep keep) {
    arena_.reset(keep);
    live_.clear();
    open_.clear();
    require(arena_.allocated() == 0, "nothing is left");
    require(destroyed_ == registered_, "a reset runs every destructor");
    if (!keep.is_recent_peak()) {
      require(arena_.statistics().reserved <= keep.bytes(), "no more is kept than asked");
    }
  }

  void compare() const {
    std::size_t bytes = 0;
    for (const live_block& each : live_) {
      require(intact(each.shadow), "live blocks keep their contents");
      bytes += each.shadow.size;
    }
    const arena_statistics now = arena_.statistics();
    require(now.allocated >= bytes, "allocated covers the live blocks");
    require(now.reserved == upstream_.live_bytes, "reserved is what the upstream gave");
    require(
        now.reserved == now.allocated + now.abandoned + now.remaining + now.spare + now.overhead,
        "the parts add up");
    require(now.peak == std::max(peak_, now.allocated), "the peak is the most so far");
  }

  refusing_upstream upstream_;
  std::size_t destroyed_ = 0;
  std::size_t registered_ = 0;
  Arena arena_;
  std::vector<live_block> live_;
  std::vector<open_checkpoint> open_;
  std::uint64_t serial_ = 0;
  std::size_t peak_ = 0;
  std::size_t step_ = 0;
};

}  // namespace strata::test
