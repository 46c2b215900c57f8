// What is no template in strata::compacting_arena.
#include <strata/object/compacting_arena.hpp>

#include <bit>

namespace strata {

compacting_arena::taken::taken(detail::moving_store& store, std::size_t bytes,
                               const relocation& type) noexcept
    : store_(store), index_(store.table().take()) {
  if (index_ == detail::key_table::none) return;
  block_ = store_.place(bytes, type);
  if (block_ == nullptr) store_.table().put_back(index_);
}

void compacting_arena::taken::cancel() noexcept {
  store_.end(*block_);
  store_.table().put_back(index_);
}

key<void> compacting_arena::allocate(std::size_t bytes, const relocation& type) {
  const key<void> made = try_allocate(bytes, type);
  if (!made) store_.refuse(bytes);
  return made;
}

key<void> compacting_arena::try_allocate(std::size_t bytes, const relocation& type) noexcept {
  if (!std::has_single_bit(type.alignment) || type.alignment > detail::moving_alignment_max) {
    detail::report_bad_relocation(store_.name(), type.alignment);
  }
  taken made(store_, bytes, type);
  return made ? made.use<void>() : key<void>{};
}

bool compacting_arena::erase_at(std::uint32_t index, std::uint32_t generation) noexcept {
  detail::key_table& table = store_.table();
  void* const object = table.find(index, generation);
  if (object == nullptr) return false;
  if (table.note(index) != 0) {
    detail::report_pinned_erased(store_.name(), object, table.note(index));
  }
  table.free(index);
  store_.destroy(detail::moving_block::of(object));
  return true;
}

void compacting_arena::check_unpinned() const noexcept {
  if (store_.pinned() != 0) detail::report_pinned_at_end(store_.name(), store_.pinned());
}

}  // namespace strata
