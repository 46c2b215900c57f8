#include "fuzz/heap_player.hpp"

#include <algorithm>
#include <stdexcept>
#include <thread>

namespace strata::test {

heap_player::heap_player()
    : heaps_{heap_under_test{0}, heap_under_test{1}, heap_under_test{2}, heap_under_test{3},
             heap_under_test{4}} {
  foreign_ = live(0);
}

void heap_player::play(std::span<const std::uint8_t> input) {
  for (const operation& what : decode(input)) {
    current_ = what;
    perform(what);
  }
  end();
}

void heap_player::perform(const operation& what) {
  heap_under_test& heap = heaps_[what.heap];
  switch (what.kind) {
    case operation_kind::allocate:
      return allocate(what, false, 16, [&](std::size_t size) { return heap.allocate(size); });
    case operation_kind::allocate_zeroed:
      return allocate(what, true, 16, [&](std::size_t size) { return heap.allocate_zeroed(size); });
    case operation_kind::allocate_aligned:
      return allocate(what, false, what.alignment, [&](std::size_t size) {
        return heap.allocate_aligned(size, what.alignment);
      });
    case operation_kind::reallocate:
      return reallocate(what);
    case operation_kind::try_expand:
      return try_expand(what);
    case operation_kind::deallocate:
      return deallocate(
          what, [](heap_under_test& of, const held_block& block) { of.deallocate(block.memory); });
    case operation_kind::deallocate_sized:
      return deallocate(what, [](heap_under_test& of, const held_block& block) {
        of.deallocate_sized(block.memory, block.size);
      });
    case operation_kind::deallocate_on_other_thread:
    case operation_kind::allocate_on_other_thread:
      return on_other_thread(what);
    case operation_kind::reset_heap:
    case operation_kind::renew_heap:
      if (heap.is_process()) return;
      what.kind == operation_kind::reset_heap ? heap.reset() : heap.renew();
      return forget(what.heap);
    case operation_kind::purge_heap:
      return heap.purge();
    case operation_kind::purge:
      static_cast<void>(core::purge());
      return;
    case operation_kind::pump:
      static_cast<void>(core::pump());
      return;
    case operation_kind::compare:
      return compare();
  }
}

void heap_player::require(bool ok, const char* expectation) const {
  if (!ok) throw std::runtime_error(describe(current_) + ": expected " + expectation);
}

std::size_t heap_player::affordable(std::size_t size) const {
  return size > sizes_impossible || bytes_ + size <= bytes_max ? size : size % 65536;
}

// The block that was in the slot dies first.
template <class Allocate>
void heap_player::allocate(const operation& what, bool zero_wanted, std::size_t alignment,
                           Allocate allocate_block) {
  deallocate(what,
             [](heap_under_test& of, const held_block& block) { of.deallocate(block.memory); });
  const std::size_t size = affordable(what.size);
  void* const memory = allocate_block(size);
  if (size > sizes_impossible) return require(memory == nullptr, "a refusal");
  if (memory == nullptr) return require(heaps_[what.heap].may_refuse(), "a block");
  if (zero_wanted) {
    require(zeroed({static_cast<std::byte*>(memory), size, 0}), "zeros");
  }
  keep(what.slot, memory, size, alignment, what.heap);
}

void heap_player::keep(std::size_t slot, void* memory, std::size_t size, std::size_t alignment,
                       std::size_t heap) {
  held_block made;
  made.memory = static_cast<std::byte*>(memory);
  made.size = size;
  made.seed = ++seed_;
  made.heap = heap;
  require(reinterpret_cast<std::uintptr_t>(memory) % alignment == 0, "alignment");
  require(heaps_[heap].usable_size(memory) >= size, "usable size");
  require(heaps_[heap].owns(memory), "a block of this heap");
  paint(made);
  bytes_ += size;
  slots_[slot] = made;
}

void heap_player::reallocate(const operation& what) {
  held_block& block = slots_[what.slot];
  if (block.memory == nullptr || what.size == 0) return;
  const std::size_t size = affordable(what.size) | 1;
  heap_under_test& heap = heaps_[block.heap];
  void* const moved = heap.reallocate(block.memory, size);
  if (moved == nullptr) {
    require(size > sizes_impossible || heap.may_refuse(), "a block");
    return require(intact(block), "a block unchanged by a refusal");
  }
  require(size <= sizes_impossible, "a refusal");
  block.memory = static_cast<std::byte*>(moved);
  require(intact(block, size), "contents that moved along");
  bytes_ -= block.size;
  keep(what.slot, moved, size, 16, block.heap);
}

void heap_player::try_expand(const operation& what) {
  held_block& block = slots_[what.slot];
  if (block.memory == nullptr) return;
  const std::size_t size = affordable(what.size);
  const bool expanded = heaps_[block.heap].try_expand(block.memory, size);
  require(intact(block), "contents that stay");
  if (!expanded || size <= block.size) return;
  require(size <= sizes_impossible, "a refusal");
  bytes_ -= block.size;
  keep(what.slot, block.memory, size, 1, block.heap);
}

template <class Deallocate>
void heap_player::deallocate(const operation& what, Deallocate deallocate_block) {
  held_block& block = slots_[what.slot];
  if (block.memory == nullptr) return;
  require(intact(block), "contents that nobody else wrote to");
  deallocate_block(heaps_[block.heap], block);
  bytes_ -= block.size;
  block = {};
}

// A thread of its own for one operation: its local heaps become orphans at once.
void heap_player::on_other_thread(const operation& what) {
  const bool frees = what.kind == operation_kind::deallocate_on_other_thread;
  const std::size_t heap = frees ? slots_[what.slot].heap : what.heap;
  if (!heaps_[heap].is_synchronized() || threads_ == threads_max) return;
  ++threads_;
  operation there = what;
  there.kind = frees ? operation_kind::deallocate : operation_kind::allocate;
  std::exception_ptr thrown;
  std::thread([&] {
    try {
      perform(there);
    } catch (...) {
      thrown = std::current_exception();
    }
  }).join();
  if (thrown) std::rethrow_exception(thrown);
}

void heap_player::forget(std::size_t heap) {
  for (held_block& block : slots_) {
    if (block.memory == nullptr || block.heap != heap) continue;
    bytes_ -= block.size;
    block = {};
  }
}

std::vector<const void*> heap_player::live(std::size_t heap) {
  std::vector<const void*> found;
  heaps_[heap].walk(
      [](void* context, void* block, std::size_t) noexcept {
        static_cast<std::vector<const void*>*>(context)->push_back(block);
        return true;
      },
      &found);
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<const void*> heap_player::modelled(std::size_t heap) const {
  std::vector<const void*> expected;
  if (heap == 0) expected = foreign_;
  for (const held_block& block : slots_) {
    if (block.memory != nullptr && block.heap == heap) expected.push_back(block.memory);
  }
  std::sort(expected.begin(), expected.end());
  return expected;
}

void heap_player::compare() {
  for (std::size_t heap = 0; heap < heaps_.size(); ++heap) {
    require(heaps_[heap].verify(), "a heap whose structures agree");
    require(live(heap) == modelled(heap), "the blocks of the model, and no others");
  }
}

void heap_player::end() {
  current_ = {.kind = operation_kind::compare, .slot = 0, .heap = 0, .alignment = 1, .size = 0};
  compare();
  for (std::size_t slot = 0; slot < slots_.size(); ++slot) {
    perform(
        {.kind = operation_kind::deallocate, .slot = slot, .heap = 0, .alignment = 1, .size = 0});
  }
  compare();
  for (heap_under_test& heap : heaps_) {
    if (!heap.is_process()) require(heap.charged() == 0, "an account without charges");
  }
}

}  // namespace strata::test
