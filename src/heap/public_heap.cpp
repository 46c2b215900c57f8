// strata::heap over core::heap. Part of the C++ library, not of the malloc
// core: it may throw.
#include <strata/heap/heap.hpp>

#include <new>

#include <strata/account/detail/account_access.hpp>

#include "account/account.hpp"
#include "heap/heap.hpp"

namespace strata {

static_assert(generous_resource<heap>);
static_assert(accounted_resource<heap>);

namespace {

core::account* node_of(const account* handle) noexcept {
  return handle == nullptr ? nullptr : reinterpret_cast<core::account*>(handle->node());
}

[[noreturn, gnu::cold]] void throw_refusal(core::heap& from, std::size_t bytes) {
  throw out_of_memory(core::heap_account(from).name(), bytes);
}

// A block in another heap's hands is a mistake that a mask and a load reveal.
void check_owner(core::heap& expected, const void* block) noexcept {
  if (core::heap_of(block) != &expected) [[unlikely]] {
    base::report_wrong_heap(block, core::heap_account(expected).name());
  }
}

}  // namespace

heap::heap(const heap_options& options)
    : core_(core::create_heap(
          {.name = options.name, .limit = options.limit, .parent = node_of(options.parent)})) {
  if (core_ == nullptr) throw out_of_memory(options.name, 0);
}

heap::~heap() { core::destroy_heap(core_); }

void* heap::allocate(std::size_t bytes, std::size_t alignment) {
  void* const block = try_allocate(bytes, alignment);
  if (block == nullptr) [[unlikely]]
    throw_refusal(*core_, bytes);
  return block;
}

void* heap::try_allocate(std::size_t bytes, std::size_t alignment) noexcept {
  return core::heap_allocate(*core_, bytes, alignment);
}

sized_block heap::allocate_at_least(std::size_t bytes, std::size_t alignment) {
  void* const block = allocate(bytes, alignment);
  return {block, core::usable_size(block)};
}

void heap::deallocate(void* block, std::size_t bytes, std::size_t) noexcept {
  if (block == nullptr) return;
  check_owner(*core_, block);
  core::deallocate_sized(block, bytes);
}

bool heap::try_expand(void* block, std::size_t bytes) noexcept {
  return core::try_expand(block, bytes);
}

std::size_t heap::usable_size(const void* block) const noexcept { return core::usable_size(block); }

bool heap::owns(const void* block) const noexcept {
  return block != nullptr && core::heap_owns(*core_, block);
}

void heap::reset() noexcept { core::reset_heap(core_); }

bool heap::walk_blocks(block_visitor* visit, void* context) const noexcept {
  return core::walk_heap(*core_, visit, context);
}

bool heap::verify() const noexcept { return core::verify_heap(*core_); }

std::size_t heap::purge() noexcept { return core::purge_heap(*core_); }

heap_statistics heap::statistics() const noexcept {
  core::snapshot now;
  core::heap_snapshot(*core_, now);
  return {.held = now.held,
          .held_peak = now.held_peak,
          .live = now.live_bytes + now.large_live,
          .large_live = now.large_live,
          .free_in_slabs = now.partial_slabs,
          .free_in_caches = now.thread_caches + now.large_cache,
          .retained = now.retained,
          .metadata = now.metadata};
}

account heap::account() const noexcept {
  return detail::handle_to(reinterpret_cast<detail::account_node*>(&core::heap_account(*core_)));
}

void* heap::do_allocate(std::size_t bytes, std::size_t alignment) {
  return allocate(bytes, alignment);
}

void heap::do_deallocate(void* block, std::size_t bytes, std::size_t alignment) {
  deallocate(block, bytes, alignment);
}

bool heap::do_is_equal(const std::pmr::memory_resource& other) const noexcept {
  return this == &other;
}

std::size_t pump() noexcept { return core::pump(); }

// Never destroyed: blocks of the process heap outlive every static object.
heap& process_heap() noexcept {
  alignas(heap) static std::byte storage[sizeof(heap)];
  static heap* const only = ::new (storage) heap(core::process_heap());
  return *only;
}

}  // namespace strata
