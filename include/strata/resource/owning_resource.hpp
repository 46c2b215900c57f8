// Resources that can tell their blocks from others'. What frees by asking who
// owns a block, such as strata::fallback, needs that.
#pragma once

#include <concepts>

#include <strata/resource/resource.hpp>

namespace strata {

/// owns  says whether a live block is of this resource; false for nullptr, and
///       for memory that the resource does not know
template <class R>
concept owning_resource = resource<R> && requires(const R& from, const void* block) {
  { from.owns(block) }
  noexcept->std::same_as<bool>;
};

}  // namespace strata
