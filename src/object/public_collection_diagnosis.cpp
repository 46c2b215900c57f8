// Fatal diagnoses of compacting arenas and cycle collectors; see
// strata/base/detail/diagnosis.hpp.
#include <strata/base/detail/diagnosis.hpp>

#include "base/base.hpp"

namespace strata::detail {

// -- Compacting arenas ------------------------------------------------------------

void report_bad_relocation(std::string_view arena, std::size_t alignment) noexcept {
  fatal("bad relocation", base::text<320>{}
                              .add("the compacting arena \"")
                              .add(arena)
                              .add("\" was asked for an object aligned to ")
                              .add_decimal(alignment)
                              .add("; an alignment is a power of two, and at most 64 there")
                              .view());
}

void report_pinned_erased(std::string_view arena, const void* object, std::size_t pins) noexcept {
  fatal("pinned object erased", base::text<320>{}
                                    .add("the object at ")
                                    .add_pointer(object)
                                    .add(" in the compacting arena \"")
                                    .add(arena)
                                    .add("\" was erased while ")
                                    .add_decimal(pins)
                                    .add(" pins hold it; end the guards first")
                                    .view());
}

void report_pinned_at_end(std::string_view arena, std::size_t pins) noexcept {
  fatal("pins outlive their arena", base::text<320>{}
                                        .add("the compacting arena \"")
                                        .add(arena)
                                        .add("\" was cleared or ended while ")
                                        .add_decimal(pins)
                                        .add(" pins hold objects of it; end the guards first")
                                        .view());
}

// -- Cycle collectors ---------------------------------------------------------------

void report_two_collectors(std::string_view heap) noexcept {
  fatal("second collector", base::text<320>{}
                                .add("the object heap \"")
                                .add(heap)
                                .add("\" has a cycle collector already; a heap has one, which "
                                     "must end before another one begins")
                                .view());
}

void report_heap_under_collector(std::string_view heap) noexcept {
  fatal("object heap emptied under its collector",
        base::text<320>{}
            .add("the object heap \"")
            .add(heap)
            .add("\" was cleared, or ended, while it has a cycle collector, which knows "
                 "addresses of its objects; end the collector first")
            .view());
}

void report_roots_at_end(std::string_view heap, std::size_t roots) noexcept {
  fatal("roots outlive their collector", base::text<320>{}
                                             .add("the cycle collector of the object heap \"")
                                             .add(heap)
                                             .add("\" ends while ")
                                             .add_decimal(roots)
                                             .add(" external roots exist; end them first")
                                             .view());
}

}  // namespace strata::detail
