// How a compacting arena gets memory and gives it back; see
// strata/object/detail/moving_store.hpp.
#include <strata/object/detail/moving_store.hpp>

#include <utility>

#include <strata/base/error.hpp>

namespace strata::detail {
namespace {

constexpr std::size_t chunk_bytes_min = std::size_t{4} << 10;
constexpr std::size_t chunk_bytes_max = std::size_t{1} << 30;
constexpr std::size_t entries_max = UINT32_MAX;

// How many holes an allocation looks at before it takes a chunk: enough to get past a
// few pinned objects, few enough to be no search.
constexpr int looks_max = 8;

pool_memory_options memory_of(const compacting_arena_options& options) {
  const bool nameless = options.name.empty() && options.upstream == nullptr;
  return {nameless ? "compacting arena" : options.name, options.limit, options.parent,
          options.upstream};
}

pool_memory_options table_of(const std::optional<account>& parent,
                             std::pmr::memory_resource* upstream) {
  if (parent) return {"keys", SIZE_MAX, &*parent, upstream};
  return {{}, SIZE_MAX, nullptr, upstream};
}

}  // namespace

moving_store::moving_store(const compacting_arena_options& options)
    : memory_(memory_of(options)),
      parent_(memory_.account()),
      table_(table_of(parent_, options.upstream), entries_max, UINT32_MAX),
      chunk_bytes_((std::clamp(options.chunk_bytes, chunk_bytes_min, chunk_bytes_max) +
                    moving_alignment_max - 1) &
                   ~(moving_alignment_max - 1)),
      movable_max_((chunk_bytes_ / 8) & ~(moving_unit - 1)) {}

moving_store::~moving_store() {
  clear();
  while (chunks_.first != nullptr) give_chunk(*chunks_.first, chunks_);
  if (scratch_ != nullptr) memory_.deallocate(scratch_, movable_max_, moving_alignment_max);
}

void moving_store::clear() noexcept {
  for (std::uint32_t i = table_.next_in_use(0); i < table_.made(); i = table_.next_in_use(i + 1)) {
    moving_block& block = moving_block::of(table_.object(i));
    table_.free(i);
    destroy(block);
  }
}

void moving_store::destroy(moving_block& block) noexcept {
  block.index = moving_block::none;
  if (block.type->destroy != nullptr) block.type->destroy(block.object(), block.object_bytes());
  end(block);
}

void moving_store::end(moving_block& block) noexcept {
  if (large(block)) {
    auto* const chunk = reinterpret_cast<moving_chunk*>(block.begin() - moving_chunk::head_bytes);
    return give_chunk(*chunk, large_);
  }
  used_ -= block.bytes();
  std::byte* const end = block.begin() + block.bytes();
  if (end == open_.begin) {  // the newest one: its memory serves again at once
    open_.begin = block.begin();
    return make_hole(open_.begin, open_.end);
  }
  make_hole(block.begin(), end);
}

moving_block* moving_store::place_slow(std::size_t bytes, const relocation& type) noexcept {
  if (bytes > PTRDIFF_MAX) return nullptr;
  const std::size_t rounded = round(bytes);
  if (rounded > movable_max_) return place_large(rounded, type);
  if (type.move != nullptr && !provide_scratch()) return nullptr;

  const std::size_t alignment = alignment_of(type);
  if (std::byte* const object = open_.fit(rounded, alignment)) {
    return use(open_, object, rounded, type);
  }
  if (find_room(rounded, alignment)) {
    return use(fill_, fill_.fit(rounded, alignment), rounded, type);
  }
  moving_chunk* const chunk = take_chunk(chunk_bytes_, chunks_);
  if (chunk == nullptr) return nullptr;
  make_hole(chunk->begin(), chunk->end());
  open_ = {chunk, chunk->begin(), chunk->end()};
  return use(open_, open_.fit(rounded, alignment), rounded, type);
}

// During a pass the holes behind are its own to find.
bool moving_store::find_room(std::size_t bytes, std::size_t alignment) noexcept {
  for (int looks = 0; fill_.fit(bytes, alignment) == nullptr; ++looks) {
    if (scan_ != nullptr || looks == looks_max || !next_hole()) return false;
  }
  return true;
}

moving_block* moving_store::place_large(std::size_t bytes, const relocation& type) noexcept {
  if (bytes / moving_unit + 1 > UINT32_MAX) return nullptr;
  moving_chunk* const chunk = take_chunk(moving_alignment_max + bytes, large_);
  if (chunk == nullptr) return nullptr;
  return ::new (static_cast<void*>(chunk->begin()))
      moving_block{&type, moving_block::none, static_cast<std::uint32_t>(bytes / moving_unit + 1)};
}

// What relieves the account may make objects here, and so come first.
bool moving_store::provide_scratch() noexcept {
  if (scratch_ != nullptr) return true;
  void* const taken = memory_.try_allocate(movable_max_, moving_alignment_max);
  void* const spare = scratch_ == nullptr ? std::exchange(scratch_, taken) : taken;
  if (spare != nullptr) memory_.deallocate(spare, movable_max_, moving_alignment_max);
  return scratch_ != nullptr;
}

moving_chunk* moving_store::take_chunk(std::size_t bytes, moving_chunks& list) noexcept {
  void* const memory = memory_.try_allocate(bytes, moving_alignment_max);
  if (memory == nullptr) return nullptr;
  auto* const chunk =
      ::new (memory) moving_chunk{nullptr, nullptr, static_cast<std::byte*>(memory) + bytes};
  list.append(*chunk);
  if (&list == &large_) {
    ++figures_.large_objects;
    figures_.large_bytes += bytes;
  } else {
    reserved_ += bytes;
    overhead_ += moving_chunk::head_bytes;
  }
  return chunk;
}

void moving_store::give_chunk(moving_chunk& chunk, moving_chunks& list) noexcept {
  const std::size_t bytes = chunk.bytes();
  list.remove(chunk);
  if (&list == &large_) {
    --figures_.large_objects;
    figures_.large_bytes -= bytes;
  } else {
    reserved_ -= bytes;
    overhead_ -= moving_chunk::head_bytes;
  }
  unpoison(&chunk, bytes);
  memory_.deallocate(&chunk, bytes, moving_alignment_max);
}

void moving_store::refuse(std::size_t bytes) const { throw out_of_memory(memory_.name(), bytes); }

}  // namespace strata::detail
