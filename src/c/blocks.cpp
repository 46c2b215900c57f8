// Blocks in C: allocate from a heap, resize, free.
#include "c/error.hpp"
#include "c/handles.hpp"

using namespace strata::c_interface;
namespace core = strata::core;

namespace {

constexpr std::size_t natural_alignment = alignof(std::max_align_t);

// A mistake of the program, not an argument to refuse: the block stays live in
// a heap that the program does not think of.
void check_owner(const strata_heap* heap, const void* block) noexcept {
  core::heap* const expected = heap_of(heap);
  if (core::heap_of(block) == expected) return;
  strata::base::report_wrong_heap(block, core::heap_account(*expected).name());
}

// Whether there is a block, and a heap to free it to; a block without a heap is an error.
bool is_to_be_freed(const strata_heap* heap, const void* block) noexcept {
  if (block == nullptr) return false;
  if (heap == nullptr) {
    fail_argument(null_heap);
    return false;
  }
  check_owner(heap, block);
  return true;
}

}  // namespace

void* strata_heap_allocate(strata_heap* heap, size_t size) {
  if (heap == nullptr) return fail_argument(null_heap);
  return or_fail(core::heap_allocate(*heap_of(heap), size, natural_alignment));
}

void* strata_heap_allocate_zeroed(strata_heap* heap, size_t count, size_t size) {
  if (heap == nullptr) return fail_argument(null_heap);
  std::size_t bytes = 0;
  if (__builtin_mul_overflow(count, size, &bytes)) return fail_memory();
  return or_fail(core::heap_allocate_zeroed(*heap_of(heap), bytes));
}

void* strata_heap_allocate_aligned(strata_heap* heap, size_t alignment, size_t size) {
  if (heap == nullptr) return fail_argument(null_heap);
  if (!strata::base::is_power_of_two(alignment)) return fail_argument(bad_alignment);
  return or_fail(core::heap_allocate(*heap_of(heap), size, alignment));
}

strata_sized_block strata_heap_allocate_at_least(strata_heap* heap, size_t size) {
  void* const block = strata_heap_allocate(heap, size);
  return {.block = block, .size = strata_usable_size(block)};
}

void* strata_heap_reallocate(strata_heap* heap, void* block, size_t size) {
  if (block == nullptr) return strata_heap_allocate(heap, size);
  if (heap == nullptr) return fail_argument(null_heap);
  check_owner(heap, block);
  if (size == 0) {
    core::deallocate(block);
    return nullptr;
  }
  return or_fail(core::heap_reallocate(*heap_of(heap), block, size));
}

void strata_heap_deallocate(strata_heap* heap, void* block) {
  if (is_to_be_freed(heap, block)) core::deallocate(block);
}

void strata_heap_deallocate_sized(strata_heap* heap, void* block, size_t size) {
  if (is_to_be_freed(heap, block)) core::deallocate_sized(block, size);
}

int strata_try_expand(void* block, size_t size) {
  return block != nullptr && core::try_expand(block, size) ? 1 : 0;
}

size_t strata_usable_size(const void* block) {
  return block == nullptr ? 0 : core::usable_size(block);
}
