// The pools that a fuzz input is played against: its first byte says which.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <span>

#include <strata/pool/bitmap_slots.hpp>
#include <strata/pool/fixed_pool.hpp>
#include <strata/pool/free_list_slots.hpp>
#include <strata/pool/growing_pool.hpp>
#include <strata/pool/handle_counts.hpp>
#include <strata/pool/key.hpp>
#include <strata/pool/lock_free_pool.hpp>
#include <strata/pool/stack_slots.hpp>
#include <strata/pool/thread_local_pool.hpp>
#include <strata/pool/thread_safe_pool.hpp>

#include "fuzz/handle_player.hpp"
#include "fuzz/pool_player.hpp"

namespace strata::test {

template <class Pool, std::size_t Capacity>
struct bounded_kind_of_pool {
  static constexpr std::size_t bound = Capacity;
  static Pool make(std::pmr::memory_resource* upstream) {
    return Pool({.capacity = bound, .upstream = upstream});
  }
};

template <class Pool, std::size_t Maximum = SIZE_MAX>
struct growing_kind_of_pool {
  static constexpr std::size_t bound = Maximum;
  static Pool make(std::pmr::memory_resource* upstream) {
    return Pool({.maximum = bound, .upstream = upstream});
  }
};

// Chunks come and go all the time.
template <class Pool>
struct restless_kind_of_pool {
  static constexpr std::size_t bound = 150;
  static Pool make(std::pmr::memory_resource* upstream) {
    return Pool(
        {.maximum = bound, .growth = pool_growth::linear(10), .retain = 0, .upstream = upstream});
  }
};

using played = void (*)(std::span<const std::uint8_t>);

template <class Player>
void play_on(std::span<const std::uint8_t> input) {
  Player().play(input);
}
template <class Kind>
inline constexpr played on_pool = play_on<pool_player<Kind>>;

inline constexpr played kinds_of_pools[] = {
    on_pool<bounded_kind_of_pool<fixed_pool<fuzz_object>, 60>>,
    on_pool<bounded_kind_of_pool<fixed_pool<fuzz_object, free_list_slots>, 61>>,
    on_pool<bounded_kind_of_pool<fixed_pool<fuzz_object, bitmap_slots>, 130>>,
    on_pool<growing_kind_of_pool<growing_pool<fuzz_object>>>,
    on_pool<growing_kind_of_pool<growing_pool<fuzz_object, stack_slots, with_statistics>, 100>>,
    on_pool<restless_kind_of_pool<growing_pool<fuzz_object>>>,
    on_pool<restless_kind_of_pool<growing_pool<fuzz_object, bitmap_slots>>>,
    on_pool<growing_kind_of_pool<thread_local_pool<fuzz_object, owner_checked>>>,
    on_pool<growing_kind_of_pool<thread_safe_pool<fuzz_object>>>,
    on_pool<growing_kind_of_pool<thread_safe_pool<fuzz_object>, 140>>,
    on_pool<bounded_kind_of_pool<lock_free_pool<fuzz_object>, 20>>,
    on_pool<bounded_kind_of_pool<lock_free_pool<fuzz_object>, 120>>,
    play_on<keyed_player<key<fuzz_object>>>,
    play_on<keyed_player<key<fuzz_object, 32>>>,
    play_on<counted_player<plain_counts>>,
    play_on<counted_player<atomic_counts>>,
};

inline void play_on_pools(std::span<const std::uint8_t> input) {
  if (input.empty()) return;
  kinds_of_pools[input[0] % std::size(kinds_of_pools)](input.subspan(1));
}

}  // namespace strata::test
