// Visits every live block of a heap. Free blocks are told from live ones by their
// key, wherever they are on their way.
// Requires that no other thread uses the heap meanwhile.
#pragma once

#include "heap/basic_heap_cold.hpp"

namespace strata::core {

using block_visitor = bool (*)(void* context, void* block, std::size_t usable) noexcept;

// False when the visitor wanted no more.
inline bool walk_slab(const slab& record, std::byte* start, block_visitor visit,
                      void* context) noexcept {
  const std::size_t size = class_size(record.size_class);
  for (std::size_t i = 0; i < record.extended; ++i) {
    block* candidate = reinterpret_cast<block*>(start + i * size);
    const bool free = candidate->key == &record;
    if (!free && !visit(context, candidate, size)) return false;
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
