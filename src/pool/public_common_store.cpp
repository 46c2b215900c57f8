// The cold half of strata/pool/detail/common_store.hpp.
#include <strata/base/detail/poison.hpp>
#include <strata/base/error.hpp>
#include <strata/pool/detail/common_store.hpp>
#include <strata/pool/detail/pool_mark.hpp>

#include <algorithm>
#include <new>
#include <utility>

namespace strata::detail {
namespace {

constexpr std::uint32_t usual_batch = 64;
constexpr std::size_t usual_batch_bytes = std::size_t{16} << 10;
constexpr std::size_t batch_bytes = sizeof(void*);  // in the list of batches
constexpr std::size_t largest_slot = SIZE_MAX / 64;

constexpr std::size_t round_up(std::size_t bytes, std::size_t alignment) {
  return (bytes + alignment - 1) & ~(alignment - 1);
}

constexpr std::size_t words_for(std::size_t slots) { return (slots + 63) / 64; }

constexpr std::size_t first_slot(std::size_t slots, std::size_t alignment) {
  return round_up(sizeof(slot_chunk) + words_for(slots) * sizeof(std::uint64_t), alignment);
}

// A cache may keep two batches from the others, so a batch is a 64th of a maximum.
std::uint32_t batch_for(std::size_t stride, std::size_t maximum) {
  const std::size_t by_bytes = std::max<std::size_t>(usual_batch_bytes / stride, 4);
  return static_cast<std::uint32_t>(
      std::min({std::size_t{usual_batch}, by_bytes, maximum / usual_batch}));
}

// By Newton's iteration: each step doubles the number of bits that are right.
std::size_t inverse_of(std::size_t odd) {
  std::size_t found = odd;
  for (int bits = 3; bits < 64; bits *= 2) found *= 2 - odd * found;
  return found;
}

void hide(free_slot* slot, std::size_t stride) noexcept {
  poison(slot + 1, stride - sizeof(free_slot));
}

}  // namespace

slot_layout layout_slots(std::size_t bytes, std::size_t alignment, std::size_t maximum) {
  if (bytes > largest_slot || alignment > largest_slot) throw out_of_memory("pool", bytes);
  const std::size_t stride = stride_for(bytes, alignment);
  const std::size_t chunk_bytes = chunk_bytes_for(bytes, alignment);
  std::size_t slots = chunk_bytes / stride;
  while (first_slot(slots, alignment) + slots * stride > chunk_bytes) --slots;
  return {.stride = stride,
          .chunk_bytes = chunk_bytes,
          .first = first_slot(slots, alignment),
          .per_chunk = slots,
          .maximum = maximum,
          .batch = batch_for(stride, maximum)};
}

common_store::common_store(void* owner, const slot_layout& layout,
                           const pool_memory_options& memory)
    : owner_(owner),
      mark_(fresh_mark(owner)),
      chunk_mask_(~(layout.chunk_bytes - 1)),
      stride_inverse_(inverse_of(layout.stride >> std::countr_zero(layout.stride))),
      stride_shift_(std::countr_zero(layout.stride)),
      layout_(layout),
      memory_(memory) {}

common_store::~common_store() {
  while (first_chunk_ != nullptr) {
    slot_chunk* const chunk = first_chunk_;
    first_chunk_ = chunk->next;
    const std::size_t bytes = bytes_of(chunk->slots);
    unpoison(chunk, bytes);
    memory_.deallocate(chunk, bytes, layout_.chunk_bytes);
  }
  dispose({nullptr, batches_, batch_room_});
}

// -- Taking and giving ----------------------------------------------------------

slot_list common_store::take(std::uint32_t most) noexcept {
  if (loose_.count == 0 && batch_count_ != 0) {
    slot_list whole{batches_[--batch_count_], layout_.batch};
    if (most == layout_.batch) return whole;
    loose_ = whole;
  }
  return loose_.count != 0 ? take_loose(most) : carve(most);
}

slot_list common_store::take_loose(std::uint32_t most) noexcept {
  slot_list taken{loose_.head, std::min(most, loose_.count)};
  free_slot* last = taken.head;
  for (std::uint32_t count = 1; count < taken.count; ++count) last = last->next;
  loose_ = {last->next, loose_.count - taken.count};
  last->next = nullptr;
  return taken;
}

slot_list common_store::carve(std::uint32_t most) noexcept {
  const auto used_up = [](const slot_chunk& chunk) {
    return chunk.carved.load(std::memory_order_relaxed) == chunk.slots;
  };
  while (carving_ != nullptr && used_up(*carving_)) carving_ = carving_->next;
  if (carving_ == nullptr) return {};
  const std::size_t before = carving_->carved.load(std::memory_order_relaxed);
  const std::size_t count = std::min<std::size_t>(most, carving_->slots - before);
  slot_list carved{nullptr, static_cast<std::uint32_t>(count)};
  for (std::size_t slot = before + count; slot-- > before;) {
    auto* const place = reinterpret_cast<free_slot*>(slots_of(carving_) + slot * layout_.stride);
    carved.head = new (place) free_slot{carved.head, mark_};
    hide(place, layout_.stride);
  }
  carving_->carved.store(before + count, std::memory_order_relaxed);
  carved_ += count;
  return carved;
}

void common_store::give(slot_list slots) noexcept {
  if (slots.count == 0) return;
  if (slots.count == layout_.batch) {
    batches_[batch_count_++] = slots.head;
    return;
  }
  free_slot* last = slots.head;
  while (last->next != nullptr) last = last->next;
  last->next = loose_.head;
  loose_ = {slots.head, loose_.count + slots.count};
}

// -- Growing ----------------------------------------------------------------------

common_store::growth common_store::prepare() noexcept {
  const std::size_t slots = std::min(layout_.per_chunk, layout_.maximum - capacity_);
  if (slots == 0) return {};
  growth added;
  const std::size_t batches = layout_.batch == 0 ? 0 : (capacity_ + slots) / layout_.batch;
  if (batches > batch_room_) {
    added.room = std::bit_ceil(batches);
    added.batches =
        static_cast<free_slot**>(memory_.try_allocate(added.room * batch_bytes, alignof(void*)));
    if (added.batches == nullptr) return {};
  }
  void* const memory = memory_.try_allocate(bytes_of(slots), layout_.chunk_bytes);
  if (memory == nullptr) {
    dispose(added);
    return {};
  }
  added.chunk = new (memory) slot_chunk{owner_, nullptr, slots, 0};
  return added;
}

void common_store::adopt(growth& added) noexcept {
  if (added.batches != nullptr) {
    std::copy_n(batches_, batch_count_, added.batches);
    std::swap(batches_, added.batches);
    std::swap(batch_room_, added.room);
  }
  (last_chunk_ == nullptr ? first_chunk_ : last_chunk_->next) = added.chunk;
  last_chunk_ = added.chunk;
  if (carving_ == nullptr) carving_ = added.chunk;
  ++chunks_;
  capacity_ += added.chunk->slots;
  show_range(added.chunk);
}

void common_store::dispose(const growth& replaced) noexcept {
  if (replaced.batches == nullptr) return;
  memory_.deallocate(replaced.batches, replaced.room * batch_bytes, alignof(void*));
}

// Threads that release meanwhile must not see the range without its old chunks: who
// sees the lower begin also sees the longer span, which was stored before.
void common_store::show_range(const slot_chunk* chunk) noexcept {
  const auto begin = reinterpret_cast<std::uintptr_t>(chunk);
  const std::uintptr_t lowest = lowest_.load(std::memory_order_relaxed);
  const std::uintptr_t span = span_.load(std::memory_order_relaxed);
  const std::uintptr_t from = span == 0 ? begin : std::min(lowest, begin);
  const std::uintptr_t to = std::max(lowest + span, begin + bytes_of(chunk->slots));
  span_.store(to - from, std::memory_order_release);
  lowest_.store(from, std::memory_order_release);
}

// -- The census ---------------------------------------------------------------------

void common_store::take_census() noexcept {
  for (slot_chunk* chunk = first_chunk_; chunk != nullptr; chunk = chunk->next) {
    std::fill_n(chunk->free_bits(), words_for(layout_.per_chunk), 0);
  }
  for (std::size_t batch = 0; batch < batch_count_; ++batch) count_free(batches_[batch]);
  count_free(loose_.head);
}

void common_store::count_free(const free_slot* head) const noexcept {
  for (const free_slot* slot = head; slot != nullptr; slot = slot->next) {
    const auto at = reinterpret_cast<std::uintptr_t>(slot);
    auto* const chunk = reinterpret_cast<slot_chunk*>(at & chunk_mask_);
    const std::size_t index = ((at & ~chunk_mask_) - layout_.first) / layout_.stride;
    chunk->free_bits()[index / 64] |= std::uint64_t{1} << index % 64;
  }
}

void common_store::reset() noexcept {
  for (slot_chunk* chunk = first_chunk_; chunk != nullptr; chunk = chunk->next) {
    chunk->carved.store(0, std::memory_order_relaxed);
  }
  batch_count_ = 0;
  loose_ = {};
  carving_ = first_chunk_;
  carved_ = 0;
}

bool common_store::covers(const void* address) const noexcept {
  const auto at = reinterpret_cast<std::uintptr_t>(address);
  for (const slot_chunk* chunk = first_chunk_; chunk != nullptr; chunk = chunk->next) {
    const std::uintptr_t begin = reinterpret_cast<std::uintptr_t>(chunk) + layout_.first;
    if (at - begin < chunk->slots * layout_.stride) return true;
  }
  return false;
}

}  // namespace strata::detail
