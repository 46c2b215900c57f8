// What a pool's list of policies amounts to. Not for programs.
#pragma once

#include <algorithm>
#include <cstddef>
#include <tuple>
#include <type_traits>

#include <strata/base/detail/poison.hpp>
#include <strata/pool/pool_policies.hpp>
#include <strata/pool/sparse_set_slots.hpp>
#include <strata/pool/stack_slots.hpp>

namespace strata::detail {

/// The first slot strategy of the list, or Default.
template <class Default, class... Policies>
struct strategy_among {
  using type = Default;
};
template <class Default, class First, class... Rest>
struct strategy_among<Default, First, Rest...> : strategy_among<Default, Rest...> {};
template <class Default, slot_strategy First, class... Rest>
struct strategy_among<Default, First, Rest...> {
  using type = First;
};

template <class Wanted, class... Policies>
inline constexpr bool is_among = (std::same_as<Wanted, Policies> || ...);

template <class T, class... Policies>
struct pool_traits {
  static_assert(std::is_object_v<T> && !std::is_array_v<T> &&
                    std::is_same_v<T, std::remove_cv_t<T>>,
                "a pool holds objects of a plain type: no reference, array or const");
  static_assert(std::is_nothrow_destructible_v<T>, "a destructor that throws would lose the slot");
  static_assert(
      (pool_policy<Policies, T> && ...),
      "one of the policies is none: see strata/pool/pool_policies.hpp; hooks on release and "
      "drop must be noexcept");
  static_assert((static_cast<std::size_t>(slot_strategy<Policies>) + ... + 0) <= 1,
                "a pool has one slot strategy");

  static constexpr bool recycles = is_among<recycling, Policies...>;
  static constexpr bool counts = is_among<with_statistics, Policies...>;
  static constexpr bool falls_back = is_among<heap_fallback, Policies...>;
  /// Whether release looks at what it is given.
  static constexpr bool checks = poisons || !is_among<unchecked_release, Policies...>;
  static_assert(!(falls_back && is_among<unchecked_release, Policies...>),
                "heap_fallback needs release to look whose object it is given");
  static constexpr bool has_acquire_hook = (acquire_hook<Policies, T> || ...);
  static constexpr bool has_drop_hook = (drop_hook<Policies, T> || ...);

  /// Whether the end of an object runs code of the program's.
  static constexpr bool ends =
      !std::is_trivially_destructible_v<T> || has_drop_hook || (release_hook<Policies, T> || ...);

  // An object that stays in its free slot leaves no room for a place there.
  using strategy =
      typename strategy_among<std::conditional_t<recycles, stack_slots, sparse_set_slots>,
                              Policies...>::type;
  static_assert(
      !recycles || strategy::keeps_contents,
      "recycling needs a strategy that leaves free slots alone: stack_slots, bitmap_slots");

  static constexpr std::size_t slot_alignment =
      std::max(alignof(T), strategy::slot_bytes_min > 1 ? alignof(void*) : std::size_t{1});
  static constexpr std::size_t slot_bytes =
      (std::max<std::size_t>(sizeof(T), strategy::slot_bytes_min) + slot_alignment - 1) /
      slot_alignment * slot_alignment;
};

}  // namespace strata::detail
