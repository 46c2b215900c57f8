// Where objects lie: chunks, blocks, objects alone. See strata/object/detail/object_core.hpp.
#include <strata/object/detail/object_core.hpp>

#include <algorithm>
#include <cstring>
#include <iterator>
#include <new>
#include <utility>

#include <strata/base/detail/diagnosis.hpp>
#include <strata/base/error.hpp>

#include "base/base.hpp"

namespace strata::detail {
namespace {

// Blocks are made a page's worth at a time: what is not needed is not touched.
constexpr std::size_t carved_bytes = 4096;

constexpr std::string_view unnamed = "objects";

// Over an upstream, none makes no account.
std::string_view account_name(const object_heap_options& options) noexcept {
  return options.name.empty() && options.upstream == nullptr ? unnamed : options.name;
}

// The offset of the first header in a chunk, so that objects lie as their stride says.
std::uint32_t first_in_chunk(std::size_t overhead, std::size_t stride) noexcept {
  const std::size_t lowest = stride == 0 ? object_header_bytes : stride & (~stride + 1);
  const std::size_t object = base::align_up(overhead + object_header_bytes, lowest);
  return static_cast<std::uint32_t>(object - object_header_bytes);
}

std::byte* at(object_chunk& chunk, std::size_t offset) noexcept {
  return reinterpret_cast<std::byte*>(&chunk) + offset;
}

}  // namespace

object_core::object_core(counting_kind counting, const object_heap_options& options)
    : step_objects_(std::max<std::size_t>(options.step_objects, 1)),
      owner_(this_thread_token()),
      counting_(counting),
      mode_(options.memory),
      discards_(options.discards),
      memory_({account_name(options), options.limit, options.parent, options.upstream}) {
  const std::string_view name = options.name.empty() ? unnamed : options.name;
  std::copy_n(name.data(), std::min(name.size(), sizeof(name_) - 1), name_);
  std::fill(std::begin(lists_), std::end(lists_), no_free_block);
}

object_core::~object_core() {
  adopt();
  take_mail();
  drain(SIZE_MAX);
  if (!discards_) expect_nothing_alive();
  clear();
}

void object_core::refuse(std::size_t bytes) const { throw out_of_memory(name(), bytes); }

// -- Blocks ---------------------------------------------------------------------------

void* object_core::try_allocate(const object_type& type, std::size_t bytes) noexcept {
  const std::size_t alignment = std::max(type.alignment, object_alignment_least);
  object_header* const header = take(object_class_for(bytes, alignment), bytes, alignment);
  if (header == nullptr) return nullptr;
  header->type = &type;
  return object_of(*header);
}

object_header* object_core::take_slow(std::size_t index, std::size_t bytes,
                                      std::size_t alignment) noexcept {
  take_mail();
  drain(step_objects_);
  if (mode_ == object_memory::alone || index >= object_classes) {
    grow_by(bytes);
    return take_alone(bytes, alignment);
  }
  if (mode_ == object_memory::bumped) return take_bumped(bytes, alignment);
  if (lists_[index] == no_free_block) grow_by(carved_bytes);
  if (lists_[index] == no_free_block && !carve(index)) {
    // What handlers of memory pressure ended may serve all the same.
    if (lists_[index] == no_free_block) return nullptr;
  }
  object_header& header = pop_free(lists_[index]);
  begin(header, bytes);
  return &header;
}

// May end objects, and begin others.
void object_core::grow_by(std::size_t bytes) noexcept {
  if (growth_ != nullptr && !is_draining_) growth_(growth_context_, bytes);
}

bool object_core::carve(std::size_t index) noexcept {
  const std::size_t stride = object_stride_of(index);
  object_chunk* chunk = current_[index];
  if (chunk == nullptr || chunk->used + stride > object_chunk_bytes) {
    chunk = add_chunk(stride, &lists_[index]);
    if (chunk == nullptr) return false;
    current_[index] = chunk;
  }
  const std::size_t blocks = std::min(std::max<std::size_t>(carved_bytes / stride, 1),
                                      (object_chunk_bytes - chunk->used) / stride);
  // Backwards, so that blocks serve in the order of their addresses.
  for (std::size_t block = blocks; block-- != 0;) {
    auto& header = *::new (at(*chunk, chunk->used + block * stride)) object_header{};
    push_free(lists_[index], header);
    poison(object_of(header), stride - object_header_bytes);
  }
  chunk->used += static_cast<std::uint32_t>(blocks * stride);
  return true;
}

object_header* object_core::take_bumped(std::size_t bytes, std::size_t alignment) noexcept {
  const auto place_in = [&](const object_chunk& chunk) {
    return base::align_up(chunk.used + object_header_bytes, alignment);
  };
  const std::size_t size = base::align_up(std::max<std::size_t>(bytes, 1), object_header_bytes);
  if (bumped_ == nullptr || place_in(*bumped_) + size > object_chunk_bytes) {
    grow_by(object_chunk_bytes);
    object_chunk* const chunk = add_chunk(0, &sink_);
    if (chunk == nullptr) return nullptr;
    bumped_ = chunk;
  }
  const std::size_t object = place_in(*bumped_);
  bumped_->used = static_cast<std::uint32_t>(object + size);
  begins_of(*bumped_).set(object - object_header_bytes);
  auto& header = *::new (at(*bumped_, object - object_header_bytes)) object_header{};
  mark_free(header);
  begin(header, bytes);
  return &header;
}

object_chunk* object_core::add_chunk(std::size_t stride, std::uintptr_t* list) noexcept {
  void* const memory = memory_.try_allocate(object_chunk_bytes, object_chunk_bytes);
  if (memory == nullptr) return nullptr;
  auto* const chunk = ::new (memory) object_chunk{};
  const bool has_bits = stride == 0 || counting_ == counting_kind::biased;
  const std::size_t bits = has_bits ? 2 * sizeof(chunk_bits) : 0;
  std::memset(static_cast<void*>(chunk + 1), 0, bits);
  chunk->home = this;
  chunk->list = list;
  chunk->owner.store(owner_.load(std::memory_order_relaxed), std::memory_order_relaxed);
  chunk->stride = static_cast<std::uint32_t>(stride);
  chunk->first = first_in_chunk(sizeof(object_chunk) + bits, stride);
  chunk->used = chunk->first;
  chunk->next = chunks_;
  chunks_ = chunk;
  ++chunk_count_;
  return chunk;
}

object_header* object_core::take_alone(std::size_t bytes, std::size_t alignment) noexcept {
  const std::size_t offset = base::align_up(sizeof(alone_record) + object_header_bytes, alignment);
  if (offset > PTRDIFF_MAX || bytes > PTRDIFF_MAX - offset) return nullptr;
  auto* const block = static_cast<std::byte*>(memory_.try_allocate(offset + bytes, alignment));
  if (block == nullptr) return nullptr;
  auto& header = *::new (block + offset - object_header_bytes) object_header{};
  mark_free(header);
  ::new (&alone_of(header)) alone_record{this, alone_, nullptr, block, offset + bytes, alignment};
  if (alone_ != nullptr) alone_->previous = &alone_of(header);
  alone_ = &alone_of(header);
  alone_bytes_ += offset + bytes;
  header.flags = object_alone;
  revive(header);
  return &header;
}

void object_core::release(object_header& header) noexcept {
  if ((header.flags & object_alone) != 0) return home_of(header).release_alone(header);
  object_chunk& chunk = chunk_of(header);
  header.count = 0;
  push_free(*chunk.list, header);
  if (chunk.stride != 0) poison(object_of(header), chunk.stride - object_header_bytes);
}

void object_core::release_alone(object_header& header) noexcept {
  alone_record& record = alone_of(header);
  (record.previous != nullptr ? record.previous->next : alone_) = record.next;
  if (record.next != nullptr) record.next->previous = record.previous;
  alone_bytes_ -= record.bytes;
  memory_.deallocate(record.block, record.bytes, record.alignment);
}

void object_core::give_back(object_chunk& chunk) noexcept {
  unpoison(&chunk, object_chunk_bytes);
  --chunk_count_;
  memory_.deallocate(&chunk, object_chunk_bytes, object_chunk_bytes);
}

// -- The whole --------------------------------------------------------------------------

void object_core::clear() noexcept {
  if (companion_ != nullptr) report_heap_under_collector(name());
  while (alone_ != nullptr) release_alone(*reinterpret_cast<object_header*>(alone_ + 1));
  while (chunks_ != nullptr) {
    object_chunk& chunk = *chunks_;
    chunks_ = chunk.next;
    give_back(chunk);
  }
  std::fill(std::begin(lists_), std::end(lists_), no_free_block);
  std::fill(std::begin(current_), std::end(current_), nullptr);
  bumped_ = nullptr;
  pending_ = nullptr;
  pending_count_ = 0;
  mail_dead_ = nullptr;
  mail_chunks_ = nullptr;
  has_mail_.store(false, std::memory_order_relaxed);
  weak_.clear(memory_);
}

void object_core::adopt() noexcept {
  owner_.store(this_thread_token(), std::memory_order_relaxed);
  for (object_chunk* chunk = chunks_; chunk != nullptr; chunk = chunk->next) {
    chunk->owner.store(this_thread_token(), std::memory_order_relaxed);
  }
}

std::size_t object_core::purge() noexcept {
  take_mail();
  return condemn_free_chunks() ? give_condemned_back() : 0;
}

// A chunk without a list is condemned.
bool object_core::condemn_free_chunks() noexcept {
  bool any = false;
  for (object_chunk* chunk = chunks_; chunk != nullptr; chunk = chunk->next) {
    bool in_use = false;
    for_each_block(*chunk, [&](const object_header& header) { in_use |= !is_free(header); });
    if (in_use) continue;
    chunk->list = nullptr;
    any = true;
  }
  return any;
}

std::size_t object_core::give_condemned_back() noexcept {
  const auto is_condemned = [](const object_chunk* chunk) {
    return chunk != nullptr && chunk->list == nullptr;
  };
  for (std::size_t index = 0; index < object_classes; ++index) {
    if (is_condemned(current_[index])) current_[index] = nullptr;
    std::uintptr_t rest = std::exchange(lists_[index], no_free_block);
    while (rest != no_free_block) {
      object_header& header = pop_free(rest);
      if (!is_condemned(&chunk_of(header))) push_free(lists_[index], header);
    }
  }
  if (is_condemned(bumped_)) bumped_ = nullptr;
  const std::size_t before = chunk_count_;
  for (object_chunk** link = &chunks_; *link != nullptr;) {
    object_chunk& chunk = **link;
    if (is_condemned(&chunk)) {
      *link = chunk.next;
      give_back(chunk);
    } else {
      link = &chunk.next;
    }
  }
  return (before - chunk_count_) * object_chunk_bytes;
}

}  // namespace strata::detail
