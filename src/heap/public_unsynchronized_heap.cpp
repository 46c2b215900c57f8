// strata::unsynchronized_heap over core::basic_unsynchronized_heap. Part of the
// C++ library, not of the malloc core: it may throw.
#include <strata/heap/unsynchronized_heap.hpp>

#include <new>

#include <strata/account/detail/account_access.hpp>

#include "account/account.hpp"
#include "heap/heap.hpp"
#include "heap/measure.hpp"
#include "heap/process_heaps.hpp"
#include "heap/unsynchronized_heap.hpp"

namespace strata {

namespace core {

class unsynchronized_heap final : public basic_unsynchronized_heap<os::platform> {
 public:
  using basic_unsynchronized_heap<os::platform>::basic_unsynchronized_heap;
};

namespace {

// nullptr: the system refuses.
unsynchronized_heap* create_unsynchronized(const strata::heap_options& options) noexcept {
  core::start();
  if (!the_process.started()) return nullptr;
  auto& shared = the_process.shared();
  account* parent =
      options.parent == nullptr ? nullptr : reinterpret_cast<account*>(options.parent->node());
  account* charged = shared.accounts.create(options.name, options.limit, parent);
  if (charged == nullptr) return nullptr;
  void* memory =
      shared.metadata.allocate(sizeof(unsynchronized_heap), alignof(unsynchronized_heap));
  if (memory != nullptr) {
    auto* made = ::new (memory) unsynchronized_heap(shared);
    if (made->start(*charged, the_process.first_class_retention())) return made;
    shared.metadata.recycle(memory, sizeof(unsynchronized_heap));
  }
  shared.accounts.release(charged);
  return nullptr;
}

void destroy_unsynchronized(unsynchronized_heap& ending) noexcept {
  auto& shared = the_process.shared();
  account* charged = &ending.account();
  ending.end();
  shared.metadata.recycle(&ending, sizeof(unsynchronized_heap));
  shared.accounts.release(charged);
}

}  // namespace
}  // namespace core

static_assert(generous_resource<unsynchronized_heap>);
static_assert(accounted_resource<unsynchronized_heap>);

unsynchronized_heap::unsynchronized_heap(const heap_options& options)
    : core_(core::create_unsynchronized(options)) {
  if (core_ == nullptr) throw out_of_memory(options.name, 0);
}

unsynchronized_heap::~unsynchronized_heap() { core::destroy_unsynchronized(*core_); }

void* unsynchronized_heap::allocate(std::size_t bytes, std::size_t alignment) {
  void* const block = try_allocate(bytes, alignment);
  if (block == nullptr) [[unlikely]]
    throw out_of_memory(core_->account().name(), bytes);
  return block;
}

void* unsynchronized_heap::try_allocate(std::size_t bytes, std::size_t alignment) noexcept {
  if (alignment > core::block_alignment) [[unlikely]]
    return core_->allocate_aligned(bytes, alignment);
  return core_->allocate(bytes);
}

sized_block unsynchronized_heap::allocate_at_least(std::size_t bytes, std::size_t alignment) {
  void* const block = allocate(bytes, alignment);
  return {block, core_->usable_size(block)};
}

void unsynchronized_heap::deallocate(void* block, std::size_t bytes, std::size_t) noexcept {
  core_->deallocate_sized(block, bytes);
}

bool unsynchronized_heap::try_expand(void* block, std::size_t bytes) noexcept {
  return core_->try_expand(block, bytes);
}

std::size_t unsynchronized_heap::usable_size(const void* block) const noexcept {
  return core_->usable_size(block);
}

bool unsynchronized_heap::owns(const void* block) const noexcept { return core_->owns(block); }

void unsynchronized_heap::reset() noexcept { core_->reset(); }

bool unsynchronized_heap::walk_blocks(block_visitor* visit, void* context) const noexcept {
  return core_->walk(visit, context);
}

bool unsynchronized_heap::verify() const noexcept { return core_->invariant(); }

std::size_t unsynchronized_heap::purge() noexcept { return core_->purge(); }

heap_statistics unsynchronized_heap::statistics() const noexcept {
  core::snapshot now;
  core::begin_snapshot(now);
  core::measure(core_->tiers(), now);
  core::end_snapshot(now);
  return {.held = now.held,
          .held_peak = now.held_peak,
          .live = now.live_bytes + now.large_live,
          .large_live = now.large_live,
          .free_in_slabs = now.partial_slabs,
          .free_in_caches = now.thread_caches + now.large_cache,
          .retained = now.retained,
          .metadata = now.metadata};
}

account unsynchronized_heap::account() const noexcept {
  return detail::handle_to(reinterpret_cast<detail::account_node*>(&core_->account()));
}

void* unsynchronized_heap::do_allocate(std::size_t bytes, std::size_t alignment) {
  return allocate(bytes, alignment);
}

void unsynchronized_heap::do_deallocate(void* block, std::size_t bytes, std::size_t alignment) {
  deallocate(block, bytes, alignment);
}

bool unsynchronized_heap::do_is_equal(const std::pmr::memory_resource& other) const noexcept {
  return this == &other;
}

}  // namespace strata
