// What a compacting arena says about its memory, and its check of itself.
#include <strata/object/detail/moving_store.hpp>

namespace strata::detail {

moving_memory moving_store::memory() const noexcept {
  return {.reserved = reserved_,
          .used = used_,
          .free = reserved_ - overhead_ - used_,
          .overhead = overhead_};
}

compacting_arena_statistics moving_store::statistics() const noexcept {
  compacting_arena_statistics all = figures_;
  all.objects = table_.live();
  all.now = memory();
  return all;
}

// Walks all chunks as a pass would.
bool moving_store::invariant() const noexcept {
  if (!table_.invariant()) return false;
  std::size_t used = 0;
  std::size_t free = 0;
  std::size_t overhead = 0;
  bool met_scan = scan_ == nullptr;
  bool met_fill = fill_.in == nullptr || fill_.empty();
  bool met_open = open_.empty();
  for (moving_chunk* chunk = chunks_.first; chunk != nullptr; chunk = chunk->next) {
    overhead += moving_chunk::head_bytes;
    std::byte* at = chunk->begin();
    while (at < chunk->end()) {
      moving_block& block = moving_block::at(at);
      if (block.units == 0) return false;
      met_scan = met_scan || at == scan_;
      (block.is_hole() ? free : used) += block.bytes();
      std::byte* const end = at + block.bytes();
      met_fill = met_fill || (block.is_hole() && at == fill_.begin && end == fill_.end);
      met_open = met_open || (block.is_hole() && at == open_.begin && end == open_.end);
      if (block.index != moving_block::none && table_.object(block.index) != block.object()) {
        return false;
      }
      at = end;
    }
    if (at != chunk->end()) return false;
    met_scan = met_scan || at == scan_;
  }
  return met_scan && met_fill && met_open && used == used_ && overhead == overhead_ &&
         used + free + overhead == reserved_;
}

}  // namespace strata::detail
