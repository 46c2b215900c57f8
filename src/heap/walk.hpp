// Visits every live block of a heap. Free blocks are told from live ones by the
// slabs' own lists, after every block that is on its way has been brought home.
// Requires that no other thread uses the heap meanwhile.
#pragma once

#include <array>

#include "heap/basic_heap_cold.hpp"

namespace strata::core {

// One bit per block of a slab.
class block_set {
 public:
  void insert(std::size_t index) noexcept {
    words_[index / base::word_bits] |= base::bit_run(index % base::word_bits, 1);
  }
  [[nodiscard]] bool contains(std::size_t index) const noexcept {
    return (words_[index / base::word_bits] >> (index % base::word_bits) & 1) != 0;
  }

 private:
  static constexpr std::size_t blocks_max = blocks_per_slab(1);
  std::array<base::word, blocks_max / base::word_bits> words_{};
};

using block_visitor = bool (*)(void* context, void* block, std::size_t usable) noexcept;

// False when the visitor wanted no more.
inline bool walk_slab(const slab& record, std::byte* start, block_visitor visit,
                      void* context) noexcept {
  const std::size_t size = class_size(record.size_class);
  block_set free;
  for (const block* at = record.free; at != nullptr; at = at->next) {
    free.insert(base::distance(start, at) / size);
  }
  for (std::size_t i = 0; i < record.extended; ++i) {
    block* candidate = reinterpret_cast<block*>(start + i * size);
    const bool in_flight = candidate->key == &record;  // in another thread's outbox
    if (free.contains(i) || in_flight) continue;
    if (!visit(context, candidate, size)) return false;
  }
  return true;
}

template <class Config>
bool walk(basic_heap<Config>& heap, block_visitor visit, void* context) noexcept {
  heap.settle();
  bool wanted = true;
  auto& table = heap.shared().slabs;
  heap.segments().for_each_slab([&](slab& record) {
    wanted = wanted && walk_slab(record, table.address_of(record), visit, context);
  });
  heap.large().for_each([&](slab& record) {
    wanted = wanted && visit(context, table.address_of(record), record.large_bytes);
  });
  return wanted;
}

}  // namespace strata::core
