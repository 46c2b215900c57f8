// A pool of a fixed number of slots, one behind the other.
//
//   strata::fixed_pool<particle> smoke({.name = "smoke", .capacity = 4096});
//   particle* const p = smoke.try_emplace(position, speed);  // nullptr: exhausted
//   smoke.for_each([](particle& each) { each.step(); });
//   smoke.release(p);
//
// Use it where the number is bounded and known. Its memory is taken once, at the
// beginning; pages are touched as slots are used for the first time.
#pragma once

#include <cstddef>
#include <new>

#include <strata/pool/basic_pool.hpp>
#include <strata/pool/bitmap_slots.hpp>
#include <strata/pool/detail/fixed_store.hpp>
#include <strata/pool/pool_concepts.hpp>

namespace strata {

namespace detail {

template <class T, class... Policies>
using fixed_store_for =
    fixed_store<pool_traits<T, Policies...>::slot_bytes,
                typename pool_traits<T, Policies...>::strategy,
                pool_traits<T, Policies...>::recycles, pool_traits<T, Policies...>::ends>;

}  // namespace detail

/// See basic_pool for what it does, and pool_policies.hpp for what can be added.
///
/// allocate and release are constant-time; with bitmap_slots, allocate looks at a word
/// for each 64 slots at worst. Memory: capacity times the size of T (at least a pointer,
/// but with stack_slots and bitmap_slots), what the strategy wants beside it, and a bit
/// each.
template <class T, class... Policies>
class fixed_pool final
    : public basic_pool<T, detail::fixed_store_for<T, Policies...>, Policies...> {
  using base = basic_pool<T, detail::fixed_store_for<T, Policies...>, Policies...>;
  using traits = detail::pool_traits<T, Policies...>;

 public:
  using base::base;

  /// Returns: the number of the object's slot, from 0 to capacity() - 1.
  /// Requires: a live object of this pool.
  [[nodiscard]] std::size_t index_of(const T* object) const noexcept requires(!traits::falls_back) {
    return this->store().block().index_of(object);
  }

  /// Returns: the live object in that slot; nullptr when there is none, or no such slot.
  [[nodiscard]] T* object_at(std::size_t index) noexcept {
    auto& block = this->store().block();
    if (!block.is_live(index)) return nullptr;
    return std::launder(reinterpret_cast<T*>(block.address(index)));
  }
};

static_assert(object_pool<fixed_pool<int>>);
static_assert(pool_for<fixed_pool<int>, int>);
static_assert(indexed_pool<fixed_pool<int>>);

}  // namespace strata
