// Fatal diagnoses of bump regions and of guarded ranges; see
// strata/base/detail/diagnosis.hpp.
#include <strata/base/detail/diagnosis.hpp>

#include "base/base.hpp"

namespace strata::detail {

void report_broken_canary(std::string_view region, std::string_view line, const void* at,
                          std::string_view cause) noexcept {
  fatal("broken canary", base::text<512>{}
                             .add("in the bump region \"")
                             .add(region)
                             .add("\", ")
                             .add(line)
                             .add(" was overwritten at ")
                             .add_pointer(at)
                             .add("; ")
                             .add(cause)
                             .view());
}

void report_no_block_of_region(std::string_view region, void* pointer) noexcept {
  fatal("foreign free", base::text<320>{}
                            .add("the pointer ")
                            .add_pointer(pointer)
                            .add(" is no block of the bump region \"")
                            .add(region)
                            .add("\"; it comes from elsewhere, lies inside a block, or its block "
                                 "was deallocated before or ended with a rewind or reset")
                            .view());
}

void report_region_double_free(std::string_view region, const void* block,
                               std::size_t bytes) noexcept {
  fatal("double free", base::text<320>{}
                           .add("the block at ")
                           .add_pointer(block)
                           .add(" (")
                           .add_decimal(bytes)
                           .add(" bytes) of the bump region \"")
                           .add(region)
                           .add("\" was deallocated before; two owners, or an owner that kept its "
                                "pointer, did it")
                           .view());
}

void report_region_sized_free(std::string_view region, const void* block, std::size_t given,
                              std::size_t actual) noexcept {
  fatal("sized free", base::text<320>{}
                          .add("the block at ")
                          .add_pointer(block)
                          .add(" of the bump region \"")
                          .add(region)
                          .add("\" has ")
                          .add_decimal(actual)
                          .add(" bytes but was deallocated with a size of ")
                          .add_decimal(given)
                          .add("; give the size that was asked for")
                          .view());
}

void report_foreign_position(std::string_view region) noexcept {
  fatal("foreign position", base::text<256>{}
                                .add("the bump region \"")
                                .add(region)
                                .add("\" cannot be rewound to a place outside of it; the position "
                                     "was marked in another region")
                                .view());
}

void report_guard_hit(std::string_view kind, std::string_view name, const void* at,
                      std::size_t distance, bool below) noexcept {
  fatal("guard hit",
        base::text<512>{}
            .add("the address ")
            .add_pointer(at)
            .add(" was touched, ")
            .add_decimal(distance)
            .add(below ? " bytes below the start of the " : " bytes beyond the end of the ")
            .add(kind)
            .add(" \"")
            .add(name)
            .add("\"; an index or a length is wrong there")
            .view());
}

}  // namespace strata::detail
