// Diagnoses of counted objects: fatal ones, and the warning of a count that is full;
// see strata/base/detail/diagnosis.hpp.
#include <strata/base/detail/diagnosis.hpp>

#include "base/base.hpp"

namespace strata::detail {
namespace {

std::string_view type_name(const char* name) noexcept { return name == nullptr ? "object" : name; }

}  // namespace

void report_dead_reference(const char* type, const void* object) noexcept {
  fatal("dead reference", base::text<512>{}
                              .add("a reference to the ")
                              .add(type_name(type))
                              .add(" at ")
                              .add_pointer(object)
                              .add(" was copied or dropped when nothing referred to it any more; "
                                   "one was dropped twice, or used without being counted")
                              .view());
}

void warn_too_many_references(const char* type, const void* object) noexcept {
  warn(base::text<512>{}
           .add("more references were made to the ")
           .add(type_name(type))
           .add(" at ")
           .add_pointer(object)
           .add(" than can be counted; it never ends from now on. References are lost "
                "without being dropped")
           .view());
}

void report_objects_alive(std::string_view heap, std::size_t objects, const char* type) noexcept {
  fatal("object heap ended before its objects",
        base::text<512>{}
            .add("the object heap \"")
            .add(heap)
            .add("\" ends while ")
            .add_decimal(objects)
            .add(" of its objects live, a ")
            .add(type_name(type))
            .add(" among them; drop the references first, collect cycles, or let the heap "
                 "discard them by its options")
            .view());
}

void report_first_weak_elsewhere(const char* type, const void* object) noexcept {
  fatal("weak reference on another thread",
        base::text<512>{}
            .add("the first weak reference to the ")
            .add(type_name(type))
            .add(" at ")
            .add_pointer(object)
            .add(" was made on another thread than its heap's; make one there, and copy it")
            .view());
}

}  // namespace strata::detail
