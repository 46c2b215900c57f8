// Fatal diagnoses of resources that are made of others, or of callbacks; see
// strata/base/detail/diagnosis.hpp.
#include <strata/base/detail/diagnosis.hpp>

#include <charconv>
#include <iterator>

#include "base/base.hpp"

namespace strata::detail {

void report_bad_probability(double value) noexcept {
  char number[32];
  const std::to_chars_result end = std::to_chars(std::begin(number), std::end(number), value);
  fatal("bad probability", base::text<256>{}
                               .add("a failing resource was given ")
                               .add({number, static_cast<std::size_t>(end.ptr - number)})
                               .add(", which is not between 0 and 1; write per cent as hundredths")
                               .view());
}

void report_missing_callback(std::string_view function) noexcept {
  fatal("missing callback", base::text<256>{}
                                .add("a callback resource was given no function \"")
                                .add(function)
                                .add("\"; it needs both, and one that does nothing may do")
                                .view());
}

void report_misaligned_by_callback(const void* block, std::size_t alignment) noexcept {
  fatal("misaligned callback block",
        base::text<256>{}
            .add("a callback resource was asked for a multiple of ")
            .add_decimal(alignment)
            .add(" and its function returned ")
            .add_pointer(block)
            .add("; the function must heed the alignment, or return nullptr")
            .view());
}

}  // namespace strata::detail
