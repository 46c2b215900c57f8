// What fixed_pool and growing_pool have in common: objects of one type, made and
// taken back in constant time, in slots that come from `Store`.
//
//   emplace, allocate ... slot, object, hooks ................ hot
//     take_elsewhere .... the pool has no slot: fallback ..... cold
//     refuse ............ nobody has: throws ................. cold
//   release ............. checks, hooks, destructor, slot .... hot
//     release_elsewhere . a fallback object, or a mistake .... cold
//
// Used by one thread at a time. A pool does not move, and its objects stay where
// they are. The constructor and the destructor of an object may use its pool, but
// neither clear nor destroy it, nor iterate while the object is incomplete.
#pragma once

#include <algorithm>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <strata/base/detail/construct.hpp>
#include <strata/pool/detail/fallback_objects.hpp>
#include <strata/pool/detail/handle_mark.hpp>
#include <strata/pool/detail/live_iterator.hpp>
#include <strata/pool/detail/pool_recipe.hpp>
#include <strata/pool/detail/pool_traits.hpp>
#include <strata/pool/pool_options.hpp>

namespace strata {

template <class T, class Store, class... Policies>
class basic_pool {
  using traits = detail::pool_traits<T, Policies...>;
  using policies_type = std::tuple<Policies...>;

 public:
  using value_type = T;
  using options_type = pool_options<T>;
  using iterator = detail::live_iterator<T, Store>;
  using const_iterator = detail::live_iterator<const T, Store>;

  /// Returns: what is wrong with the options for such a pool; nothing if they are fine.
  [[nodiscard]] static std::optional<pool_config_error> check(const options_type& options) noexcept;

  /// Effects: creates a pool with free slots for `options.capacity` objects.
  /// Throws: invalid_pool_config, before anything is allocated; out_of_memory if the
  ///   upstream, the account or the system refuses; what an initialiser throws.
  explicit basic_pool(const options_type& options) : basic_pool(options, policies_type{}) {}

  /// Effects: the same with these policies: `pool({.capacity = 8}, {my_hooks(log)})`.
  basic_pool(const options_type& options, std::tuple<Policies...> policies);

  basic_pool(const basic_pool&) = delete;
  basic_pool& operator=(const basic_pool&) = delete;

  /// Effects: destroys all objects by address, and gives the memory back. A release
  ///   to the pool afterwards ends the program with a diagnosis, as long as the
  ///   pool's own place was not used for something else.
  ~basic_pool();

  // -- Objects --------------------------------------------------------------------

  /// Returns: a new object made from the arguments.
  /// Throws: pool_exhausted if no slot is free and none may be added, its child
  ///   pool_maximum_exceeded if the maximum is why; out_of_memory, which names the
  ///   account, if memory was refused; what the constructor and on_acquire throw. The
  ///   pool is then as it was, but that a growing pool may have grown.
  /// Complexity: constant; a growing pool's growth is linear in chunks added.
  template <class... Arguments>
  T& emplace(Arguments&&... arguments);

  /// Returns: what emplace returns; nullptr where it throws for want of a slot.
  /// Throws: what the constructor and on_acquire throw.
  template <class... Arguments>
  [[nodiscard]] T* try_emplace(Arguments&&... arguments);

  /// Returns: a new object, default-initialised as by `new T`. With the policy
  ///   recycling: one that was kept, or else one that the initialiser made.
  /// Throws: as emplace, and what the initialiser throws.
  [[nodiscard]] T& allocate();

  /// Returns: what allocate returns; nullptr where it throws for want of a slot.
  [[nodiscard]] T* try_allocate();

  /// Effects: fills the span with new objects as by allocate, or makes none.
  /// Throws: as allocate.
  void allocate_batch(std::span<T*> into);

  /// Returns: whether allocate_batch could; if not, the span is null pointers.
  /// Throws: what T's constructor, the initialiser and on_acquire throw.
  [[nodiscard]] bool try_allocate_batch(std::span<T*> into);

  /// Effects: runs on_release, ends the object, and frees its slot; nullptr is ignored.
  ///   With the policy recycling and drop_strategy::keep the object is reset and
  ///   stays; one whose reset throws is destroyed.
  /// Requires: a live object of this pool. The program ends with a diagnosis for one
  ///   that was released before, for a pointer into an object, or to one of another
  ///   pool. It cannot be told when the slot serves a new object by then.
  /// Complexity: constant.
  void release(T* object) noexcept;

  /// Effects: notes that objects of this pool have handles, which owned_handle does.
  ///   The pool must not end any more while something lives in it: the program then
  ///   ends with a diagnosis.
  void expect_handles() noexcept { handles_.set(); }

  /// Effects: releases all objects, by address. The slots stay with the pool.
  void clear() noexcept;

  // -- What lives -------------------------------------------------------------------

  /// Effects: calls `visit(T&)` for each object by address, those of heap_fallback at
  ///   the end. The visitor may release any object; of those that it makes it may see
  ///   some.
  /// Complexity: linear in objects, plus a word for each 64 slots; with sparse_set_slots,
  ///   the default, linear in free slots too.
  template <class Visitor>
  void for_each(Visitor&& visit);
  template <class Visitor>
  void for_each(Visitor&& visit) const;

  /// Returns: forward iterators over the objects by address. Making and releasing
  ///   objects invalidates them; for_each allows that.
  [[nodiscard]] iterator begin() noexcept requires(!traits::falls_back) { return iterator(store_); }
  [[nodiscard]] const_iterator begin() const noexcept requires(!traits::falls_back) {
    return const_iterator(store_);
  }
  [[nodiscard]] std::default_sentinel_t end() const noexcept { return {}; }

  /// Returns: whether the address lies in the pool's memory for objects.
  /// Complexity: logarithmic in the chunks of a growing pool.
  [[nodiscard]] bool owns(const void* address) const noexcept;

  // -- Availability -----------------------------------------------------------------

  [[nodiscard]] std::size_t size() const noexcept;
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  /// Returns: for how many objects there are slots, used or free.
  [[nodiscard]] std::size_t capacity() const noexcept { return store_.capacity(); }
  /// Returns: how many slots are free.
  [[nodiscard]] std::size_t available() const noexcept { return store_.capacity() - store_.size(); }
  /// Returns: how many slots there may ever be.
  [[nodiscard]] std::size_t maximum() const noexcept { return store_.maximum(); }
  /// Returns: whether the next object needs growth, a fallback, or is refused.
  [[nodiscard]] bool full() const noexcept { return available() == 0; }

  // -- Inspection -------------------------------------------------------------------

  /// Returns: the name of its account; valid as long as the pool.
  [[nodiscard]] std::string_view name() const noexcept { return store_.memory().name(); }
  /// Returns: the account that is charged; nothing over an upstream without name or limit.
  [[nodiscard]] std::optional<strata::account> account() const { return store_.memory().account(); }
  /// Returns: bytes taken from upstream; of a growing pool without the list of its chunks.
  [[nodiscard]] std::size_t held_bytes() const noexcept { return store_.held_bytes(); }

  /// Returns: what it did so far. With the policy with_statistics only.
  [[nodiscard]] pool_statistics statistics() const noexcept requires(traits::counts) {
    return {.name = name(),
            .allocations = counters_.allocations,
            .releases = counters_.allocations - size(),
            .growths = store_.growths(),
            .fallbacks = counters_.fallbacks,
            .failures = counters_.failures,
            .in_use = size(),
            .peak = peak(),
            .capacity = capacity(),
            .object_bytes = traits::slot_bytes,
            .held_bytes = held_bytes()};
  }

  /// Returns: the policy object that the pool uses.
  template <class Policy>
  [[nodiscard]] Policy& policy() noexcept {
    return std::get<Policy>(policies_);
  }

  /// Returns: whether the pool's structures agree with each other.
  /// Complexity: linear in slots / 64; with sparse_set_slots in free slots.
  [[nodiscard]] bool verify() const noexcept { return store_.invariant(); }

 protected:
  [[nodiscard]] Store& store() noexcept { return store_; }
  [[nodiscard]] const Store& store() const noexcept { return store_; }

  /// Effects: makes the capacity at least `slots`, or leaves it.
  [[nodiscard]] bool provide(std::size_t slots) { return store_.provide(slots, prepare()); }

  /// Effects: throws for a request of so many more objects.
  [[noreturn, gnu::cold, gnu::noinline]] void refuse(std::size_t wanted) const;

 private:
  using recipe_type = detail::pool_recipe<T, traits::recycles>;
  using counters_type =
      std::conditional_t<traits::counts, detail::pool_counters, detail::no_pool_counters>;
  struct no_fallback {};
  using fallback_type =
      std::conditional_t<traits::falls_back, detail::fallback_objects<T>, no_fallback>;
  class unfinished;

  static detail::pool_settings settings_of(const options_type& options) noexcept;
  static const options_type& checked(const options_type& options);
  static fallback_type make_fallback(const policies_type& policies);

  [[nodiscard]] std::size_t peak() const noexcept requires(traits::counts) {
    if constexpr (Store::knows_peak) {
      return std::max(counters_.peak, store_.peak());
    } else {
      return counters_.peak;
    }
  }

  template <class Make>
  [[nodiscard]] T* acquire(Make&& make);
  template <class Make>
  [[nodiscard]] T* finish(std::byte* slot, Make&& make);
  [[nodiscard]] auto prepare();
  [[nodiscard]] bool provide_more(std::size_t count);

  static void retire(typename Store::block_type& block) noexcept;
  [[nodiscard]] T* take_kept(std::byte* slot) noexcept;

  [[nodiscard, gnu::cold, gnu::noinline]] std::byte* take_elsewhere() noexcept;
  [[gnu::cold, gnu::noinline]] void release_elsewhere(T* object) noexcept;
  void put_back(std::byte* slot) noexcept;
  void end_object(T* object) noexcept;
  void drop(T* object) noexcept;
  template <class Hook>
  void on_acquire(Hook& hook, T& object);
  void on_release(T& object) noexcept;

  Store store_;
  [[no_unique_address]] policies_type policies_;
  [[no_unique_address]] recipe_type recipe_;
  [[no_unique_address]] counters_type counters_;
  [[no_unique_address]] fallback_type fallback_;
  detail::handle_mark handles_;
  bool dead_ = false;
};

}  // namespace strata

#include <strata/pool/detail/basic_pool_inline.hpp>
