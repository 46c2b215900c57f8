// Fatal diagnoses of handles to the objects of a pool, and of its keys; see
// strata/base/detail/diagnosis.hpp.
#include <strata/base/detail/diagnosis.hpp>

#include "base/base.hpp"

namespace strata::detail {

void report_foreign_object(const void* object) noexcept {
  fatal("foreign object", base::text<256>{}
                              .add("the object at ")
                              .add_pointer(object)
                              .add(" does not lie in the pool that the handle names; it comes "
                                   "from another pool, or from no pool")
                              .view());
}

void report_pool_ended_first(const void* pool, std::size_t slots) noexcept {
  fatal("pool ended before its handles",
        base::text<256>{}
            .add("handles still refer to ")
            .add_decimal(slots)
            .add(" slots of the pool at ")
            .add_pointer(pool)
            .add("; declare the pool before what holds its handles, or reset the handles first")
            .view());
}

void report_slot_ended_first(const void* object, std::size_t shared, std::size_t weak) noexcept {
  fatal("slot ended before its handles",
        base::text<256>{}
            .add("the pool took back the object at ")
            .add_pointer(object)
            .add(" while ")
            .add_decimal(shared)
            .add(" shared and ")
            .add_decimal(weak)
            .add(" weak handles refer to it; do not clear or release behind the handles' back")
            .view());
}

void report_dead_handle(const void* counts) noexcept {
  fatal("dead handle", base::text<256>{}
                           .add("a handle refers to the counts at ")
                           .add_pointer(counts)
                           .add(", which know no handle any more; its bytes were copied, it was "
                                "destroyed twice, or its slot was overwritten")
                           .view());
}

void report_stale_key(std::size_t index, std::size_t generation) noexcept {
  fatal("stale key", base::text<256>{}
                         .add("nothing lives under the key with index ")
                         .add_decimal(index)
                         .add(" and generation ")
                         .add_decimal(generation)
                         .add("; its object was erased, or the key comes from another pool. "
                              "find() tells without ending the program")
                         .view());
}

}  // namespace strata::detail
