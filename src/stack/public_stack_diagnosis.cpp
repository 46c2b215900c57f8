// Fatal diagnoses of stack pools; see strata/base/detail/diagnosis.hpp.
#include <strata/base/detail/diagnosis.hpp>

#include "base/base.hpp"

namespace strata::detail {

void report_double_put(std::string_view pool, const void* top) noexcept {
  fatal("double put", base::text<320>{}
                          .add("the stack with its top at ")
                          .add_pointer(top)
                          .add(" was put back into the pool \"")
                          .add(pool)
                          .add("\" before; two owners, or an owner that kept it, did it")
                          .view());
}

void report_foreign_stack(std::string_view pool, const void* top) noexcept {
  fatal("foreign stack", base::text<320>{}
                             .add("what is put into the pool \"")
                             .add(pool)
                             .add("\" is none of its stacks; its top is said to be at ")
                             .add_pointer(top)
                             .add(". It comes from another pool, its size was changed, or the "
                                  "words above its top were overwritten")
                             .view());
}

void report_stack_canary(std::string_view pool, std::string_view fiber, const void* end,
                         std::size_t size) noexcept {
  fatal("broken stack canary", base::text<512>{}
                                   .add(fiber.empty() ? "a fiber" : "the fiber \"")
                                   .add(fiber)
                                   .add(fiber.empty() ? "" : "\"")
                                   .add(" wrote beyond the end of its stack of ")
                                   .add_decimal(size)
                                   .add(" bytes, at ")
                                   .add_pointer(end)
                                   .add(", in the pool \"")
                                   .add(pool)
                                   .add("\"; recurse less, or raise stack_bytes")
                                   .view());
}

void report_stacks_in_use(std::string_view pool, std::size_t stacks) noexcept {
  fatal("stacks in use", base::text<320>{}
                             .add("the stack pool \"")
                             .add(pool)
                             .add("\" ends while ")
                             .add_decimal(stacks)
                             .add(" of its stacks are in use; end the fibers on them first")
                             .view());
}

}  // namespace strata::detail
