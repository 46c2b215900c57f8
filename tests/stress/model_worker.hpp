// One actor of the model test: performs random operations on several heaps,
// keeps a shadow of each block it holds, and exchanges blocks with its peers.
// A worker outlives the thread it runs on.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <random>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include "heap/heap.hpp"
#include "support/opaque.hpp"
#include "support/shadow_block.hpp"

namespace strata::test {

// Index 0 is the process heap; the others are first-class, and may be empty slots.
inline constexpr std::size_t model_heap_count = 4;
using model_heaps = std::array<core::heap*, model_heap_count>;

struct owned_block : shadow_block {
  std::size_t heap = 0;
};

class model_worker {
 public:
  model_worker(std::uint64_t seed, const model_heaps& heaps) : heaps_(heaps), random_(seed) {}

  // The others, and itself; blocks are sent to any of them.
  void meet(std::deque<model_worker>& all) { all_ = &all; }

  // Throws what went wrong.
  void perform(std::size_t operations) {
    for (std::size_t i = 0; i < operations; ++i) step();
  }

  // -- While no worker runs -------------------------------------------------------

  [[nodiscard]] const std::vector<owned_block>& blocks() const { return blocks_; }
  void open_mail() {
    for (const owned_block& block : std::exchange(mail_, {})) keep(block);
  }
  // The heap's blocks died at once.
  void forget_heap(std::size_t heap) {
    std::erase_if(blocks_, [&](const owned_block& block) {
      if (block.heap == heap) bytes_ -= block.size;
      return block.heap == heap;
    });
  }
  void free_everything() {
    while (!blocks_.empty()) free_block(take(blocks_.size() - 1));
  }

 private:
  static constexpr std::size_t blocks_max = 4000;
  static constexpr std::size_t bytes_max = std::size_t{48} << 20;

  [[nodiscard]] std::size_t below(std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>{0, bound - 1}(random_);
  }

  static void require(bool ok, const char* what, const owned_block& block) {
    if (ok) return;
    throw std::runtime_error(std::string(what) + ": block of " + std::to_string(block.size) +
                             " bytes in heap " + std::to_string(block.heap));
  }

  void step() {
    if (blocks_.size() > blocks_max || bytes_ > bytes_max) return discard();
    const std::size_t dice = below(10000);
    if (dice < 4300) return allocate();
    if (dice < 4600) return allocate_zeroed();
    if (dice < 5000) return allocate_aligned();
    if (dice < 5700) return reallocate();
    if (dice < 6000) return try_expand();
    if (dice < 8500) return discard();
    if (dice < 9200) return send();
    if (dice < 9940) return receive();
    if (dice < 9990) return ask_the_impossible();
    maintain();
  }

  [[nodiscard]] std::size_t some_size() {
    const std::size_t dice = below(1000);
    if (dice < 800) return below(257);
    if (dice < 960) return below(8 << 10);
    if (dice < 998) return below(300 << 10);
    return below(3 << 20);
  }

  // The new block, checked and painted; nothing here has a limit, so all requests succeed.
  void keep_new(void* memory, std::size_t size, std::size_t alignment, std::size_t heap) {
    owned_block made;
    made.memory = static_cast<std::byte*>(memory);
    made.size = size;
    made.seed = random_();
    made.heap = heap;
    require(memory != nullptr, "refused", made);
    require(reinterpret_cast<std::uintptr_t>(memory) % alignment == 0, "misaligned", made);
    require(core::usable_size(memory) >= size, "too small", made);
    require(core::heap_of(memory) == heaps_[heap], "in another heap", made);
    paint(made);
    keep(made);
  }

  void keep(const owned_block& block) {
    blocks_.push_back(block);
    bytes_ += block.size;
  }

  owned_block take(std::size_t index) {
    const owned_block taken = blocks_[index];
    blocks_[index] = blocks_.back();
    blocks_.pop_back();
    bytes_ -= taken.size;
    return taken;
  }
  owned_block take_any() { return take(below(blocks_.size())); }

  void free_block(const owned_block& block) {
    require(intact(block), "spoilt before its free", block);
    below(2) == 0 ? core::deallocate(block.memory)
                  : core::deallocate_sized(block.memory, block.size);
  }

  void allocate() {
    const std::size_t heap = below(model_heap_count);
    const std::size_t size = some_size();
    void* const memory =
        heap == 0 ? core::allocate(size) : core::heap_allocate(*heaps_[heap], size, 16);
    keep_new(memory, size, 16, heap);
  }

  void allocate_zeroed() {
    const std::size_t heap = below(model_heap_count);
    shadow_block made;
    made.size = some_size();
    void* const memory = heap == 0 ? core::allocate_zeroed(made.size)
                                   : core::heap_allocate_zeroed(*heaps_[heap], made.size);
    made.memory = static_cast<std::byte*>(memory);
    if (memory != nullptr && !zeroed(made)) throw std::runtime_error("not zeroed");
    keep_new(memory, made.size, 16, heap);
  }

  // Every power of two to 2 MiB.
  void allocate_aligned() {
    const std::size_t heap = below(model_heap_count);
    const std::size_t alignment = std::size_t{1} << below(22);
    const std::size_t size = below(4) == 0 ? some_size() : below(3 * 64);
    void* const memory = heap == 0 ? core::allocate_aligned(size, alignment)
                                   : core::heap_allocate(*heaps_[heap], size, alignment);
    keep_new(memory, size, alignment, heap);
  }

  void reallocate() {
    if (blocks_.empty()) return;
    owned_block block = take_any();
    require(intact(block), "spoilt before reallocate", block);
    const std::size_t size = some_size() + 1;
    void* const memory = core::reallocate(block.memory, size);
    require(memory != nullptr, "reallocate refused", block);
    block.memory = static_cast<std::byte*>(memory);
    require(intact(block, size), "spoilt by reallocate", block);
    keep_new(memory, size, 16, block.heap);
  }

  void try_expand() {
    if (blocks_.empty()) return;
    owned_block block = take_any();
    const std::size_t size = block.size + below(block.size + 64) + 1;
    const bool expanded = core::try_expand(block.memory, size);
    require(intact(block), "spoilt by try_expand", block);
    if (!expanded) return keep(block);
    keep_new(block.memory, size, 1, block.heap);
  }

  void discard() {
    if (!blocks_.empty()) free_block(take_any());
  }

  void send() {
    if (blocks_.empty()) return;
    model_worker& to = (*all_)[below(all_->size())];
    const owned_block block = take_any();
    std::lock_guard guard(to.mail_lock_);
    to.mail_.push_back(block);
  }

  // What arrived is freed here, or kept and used on.
  void receive() {
    std::vector<owned_block> arrived;
    {
      std::lock_guard guard(mail_lock_);
      arrived.swap(mail_);
    }
    for (const owned_block& block : arrived) below(4) == 0 ? keep(block) : free_block(block);
  }

  void ask_the_impossible() {
    const std::size_t huge = opaque(SIZE_MAX - below(1 << 16));
    core::heap& heap = *heaps_[below(model_heap_count)];
    const bool refused = core::allocate(huge) == nullptr &&
                         core::allocate_zeroed(huge / 2) == nullptr &&
                         core::allocate_aligned(100, std::size_t{1} << 63) == nullptr &&
                         core::heap_allocate(heap, huge, 16) == nullptr &&
                         core::heap_allocate(heap, huge / 4, 4096) == nullptr;
    if (!refused) throw std::runtime_error("the impossible was granted");
    if (blocks_.empty()) return;
    const owned_block& block = blocks_[below(blocks_.size())];
    require(core::reallocate(block.memory, huge) == nullptr, "grown beyond reason", block);
    require(!core::try_expand(block.memory, huge), "expanded beyond reason", block);
    require(intact(block), "spoilt by a refusal", block);
  }

  void maintain() {
    switch (below(8)) {
      case 0:
        core::purge();
        break;
      case 1:
        core::purge_heap(*heaps_[below(model_heap_count)]);
        break;
      default:
        core::pump();
    }
  }

  const model_heaps& heaps_;
  std::mt19937_64 random_;
  std::deque<model_worker>* all_ = nullptr;
  std::vector<owned_block> blocks_;
  std::size_t bytes_ = 0;
  std::mutex mail_lock_;
  std::vector<owned_block> mail_;
};

}  // namespace strata::test
