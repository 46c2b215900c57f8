// Fatal diagnoses of pools, those that threads share among them; see
// strata/base/detail/diagnosis.hpp.
#include <strata/base/detail/diagnosis.hpp>

#include "base/base.hpp"

namespace strata::detail {

void report_double_release(std::string_view pool, const void* object) noexcept {
  fatal("double release",
        base::text<256>{}
            .add("the object at ")
            .add_pointer(object)
            .add(" of pool \"")
            .add(pool)
            .add("\" does not live; two owners, or an owner that kept its pointer, "
                 "released it")
            .view());
}

void report_foreign_release(std::string_view pool, const void* object) noexcept {
  fatal("foreign release", base::text<256>{}
                               .add("no object of pool \"")
                               .add(pool)
                               .add("\" begins at ")
                               .add_pointer(object)
                               .add("; it is of another pool, or the pointer leads into an object")
                               .view());
}

void report_dead_pool(const void* pool, const void* object) noexcept {
  fatal("dead pool", base::text<256>{}
                         .add("the object at ")
                         .add_pointer(object)
                         .add(" was released to the pool at ")
                         .add_pointer(pool)
                         .add(", which was destroyed before, and its objects with it; let the pool "
                              "live longer")
                         .view());
}

void report_wrong_thread(const void* pool, std::uintptr_t owner, std::uintptr_t user) noexcept {
  fatal("wrong thread", base::text<256>{}
                            .add("the pool at ")
                            .add_pointer(pool)
                            .add(" belongs to thread ")
                            .add_hex(owner)
                            .add(" and was used by thread ")
                            .add_hex(user)
                            .add("; give each thread its own, or use thread_safe_pool")
                            .view());
}

}  // namespace strata::detail
