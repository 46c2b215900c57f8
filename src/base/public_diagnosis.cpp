// Fatal diagnoses of the public templates; see strata/detail/diagnosis.hpp.
#include <strata/detail/diagnosis.hpp>

#include "base/fatal.hpp"

namespace strata::detail {

void fatal(std::string_view name, std::string_view what) noexcept { base::fatal(name, what); }

}  // namespace strata::detail
