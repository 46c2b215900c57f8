// Counted objects in C. An object knows its heap, and the heap how it counts.
#include <strata/object/counting.hpp>

#include <bit>
#include <cstring>

#include <strata/object/cycle_collector.hpp>
#include <strata/object/detail/object_core.hpp>

#include "c/error.hpp"
#include "c/handles.hpp"
#include "c/object_heap.hpp"

using namespace strata::c_interface;

namespace {

using strata::detail::counting_kind;
using strata::detail::object_core;

// Calls `use` with the counting policy of the object's heap.
template <class Use>
auto with_counting(strata::object_header& header, Use&& use) noexcept {
  switch (object_core::home_of(header).counting()) {
    case counting_kind::atomic:
      return use(strata::atomic_counting());
    case counting_kind::biased:
      return use(strata::biased_counting());
    case counting_kind::plain:
      break;
  }
  return use(strata::collected_counting());
}

std::size_t count_of(const void* object) noexcept {
  strata::object_header& header = strata::header_of(object);
  return with_counting(header, [&](auto counting) { return counting.count(header); });
}

void drop(void* object) noexcept {
  strata::object_header& header = strata::header_of(object);
  if (with_counting(header, [&](auto counting) { return counting.subtract(header); })) {
    object_core::end(header);
  }
}

const char* problem_in(const strata_object_heap* heap, const strata_object_type* type) noexcept {
  if (heap == nullptr) return null_object_heap;
  if (type == nullptr) return "strata: the type of the object is NULL";
  if (type->later != 0) return unknown_options;
  if (type->alignment != 0 && !std::has_single_bit(type->alignment)) return bad_alignment;
  return nullptr;
}

void* make(strata_object_heap& heap, const strata_object_type& type, std::size_t size) noexcept {
  void* const object = heap.objects.try_allocate(type, size);
  return object == nullptr ? fail_memory() : std::memset(object, 0, size);
}

}  // namespace

void* strata_object_new(strata_object_heap* heap, const strata_object_type* type) {
  if (const char* const problem = problem_in(heap, type)) return fail_argument(problem);
  return make(*heap, *type, type->size);
}

void* strata_object_new_sized(strata_object_heap* heap, const strata_object_type* type,
                              size_t size) {
  if (const char* const problem = problem_in(heap, type)) return fail_argument(problem);
  if (size < type->size) return fail_argument("strata: the object is smaller than its type");
  return make(*heap, *type, size);
}

void strata_object_destroy(void* object) {
  if (object == nullptr) return;
  if (count_of(object) != 1) {
    fail_argument("strata: there are other references to the object");
    return;
  }
  drop(object);
}

size_t strata_object_size(const void* object) {
  return object == nullptr ? 0 : strata::size_of(object);
}

void* strata_incref(void* object) {
  if (object == nullptr) return nullptr;
  strata::object_header& header = strata::header_of(object);
  with_counting(header, [&](auto counting) { counting.add(header); });
  return object;
}

void strata_decref(void* object) {
  if (object != nullptr) drop(object);
}

size_t strata_refcount(const void* object) { return object == nullptr ? 0 : count_of(object); }

void strata_object_make_immortal(void* object) {
  if (object != nullptr) strata::make_immortal(object);
}
