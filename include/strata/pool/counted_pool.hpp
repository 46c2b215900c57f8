// A pool whose objects have shared and weak handles: a front over any pool of
// slots that hold an object and its counts. See shared_handle.hpp.
//
//   strata::counted_pool<shape> shapes({.name = "shapes"});          // of one thread
//   strata::counted_pool<connection, strata::atomic_counts> clients; // of any thread
#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>

#include <strata/base/detail/diagnosis.hpp>
#include <strata/pool/detail/shared_slot.hpp>
#include <strata/pool/growing_pool.hpp>
#include <strata/pool/handle_counts.hpp>
#include <strata/pool/pool_concepts.hpp>
#include <strata/pool/shared_handle.hpp>
#include <strata/pool/shared_pool_options.hpp>
#include <strata/pool/thread_safe_pool.hpp>

namespace strata {

/// A pool that says by a constant that any thread may use it.
template <class P>
concept synchronized_pool = object_pool<P> && requires {
  requires P::synchronized;
};

namespace detail {

template <class Slot, class Counts>
using slot_pool =
    std::conditional_t<Counts::across_threads, thread_safe_pool<Slot>, growing_pool<Slot>>;

// What Pool is made from: its own options, or those of pools that threads share.
template <class Pool>
struct options_for {
  using type = shared_pool_options;
};
template <class Pool>
requires requires { typename Pool::options_type; }
struct options_for<Pool> {
  using type = typename Pool::options_type;
};

}  // namespace detail

/// Makes objects of T in slots of Pool and hands out the first handle of each.
///
/// It is synchronised as Pool is. Handles refer to it, so it stays where it is, and
/// must outlive them: the program ends with a diagnosis otherwise, in every build.
template <class T, class Counts = plain_counts,
          class Pool = detail::slot_pool<shared_slot<T, Counts>, Counts>>
class counted_pool : private detail::slot_home<T, Counts> {
  static_assert(std::same_as<typename Pool::value_type, shared_slot<T, Counts>>,
                "the pool of a counted_pool holds shared_slot<T, Counts>");
  static_assert(!Counts::across_threads || synchronized_pool<Pool>,
                "handles with atomic_counts give slots back from any thread: "
                "take a synchronized pool, or plain_counts");

 public:
  using value_type = T;
  using slot_type = shared_slot<T, Counts>;
  using pool_type = Pool;
  using handle_type = shared_handle<T, Counts>;

  using options_type = typename detail::options_for<Pool>::type;

  /// Effects: makes the pool.
  /// Throws: what its constructor throws.
  explicit counted_pool(const options_type& options = {}) : home(&take_back), pool_(options) {}

  template <class First, class... More>
  requires std::constructible_from<Pool, First, More...>
  explicit counted_pool(First&& first, More&&... more)
      : home(&take_back), pool_(std::forward<First>(first), std::forward<More>(more)...) {}

  counted_pool(const counted_pool&) = delete;
  counted_pool& operator=(const counted_pool&) = delete;

  /// Requires: no handle refers to the pool. The program ends with a diagnosis
  ///   otherwise.
  ~counted_pool() {
    if (pool_.size() != 0) [[unlikely]] {
      detail::report_pool_ended_first(this, pool_.size());
    }
  }

  /// Returns: the first handle of a new object.
  /// Throws: what emplace of the pool throws: pool_exhausted or out_of_memory when
  ///   it has no slot, and what the constructor throws.
  template <class... Args>
  [[nodiscard]] handle_type make(Args&&... args) {
    return handle_type(
        std::addressof(pool_.emplace(static_cast<home&>(*this), std::forward<Args>(args)...)));
  }

  /// Returns: as make; an empty handle where the pool has no slot.
  /// Throws: what the constructor throws.
  template <class... Args>
  [[nodiscard]] handle_type try_make(Args&&... args) {
    return handle_type(pool_.try_emplace(static_cast<home&>(*this), std::forward<Args>(args)...));
  }

  /// Returns: one more handle of an object of this pool; an empty one while its
  ///   destructor runs.
  /// Requires: the object is one of this pool. The program ends with a diagnosis
  ///   when the address lies outside of it.
  [[nodiscard]] handle_type handle_to(T& object) noexcept {
    slot_type* const slot = slot_type::of(std::addressof(object));
    if (!pool_.owns(slot)) [[unlikely]] {
      detail::report_foreign_object(std::addressof(object));
    }
    return handle_type(slot->counts().try_add_shared() ? slot : nullptr);
  }

  /// Returns: slots in use. Those count whose object died and which weak handles
  ///   still observe.
  [[nodiscard]] std::size_t size() const noexcept { return pool_.size(); }
  [[nodiscard]] std::size_t capacity() const noexcept { return pool_.capacity(); }

  /// Returns: the pool of the slots, to reserve, shrink and look into. What clears
  ///   it while handles exist ends the program with a diagnosis.
  [[nodiscard]] Pool& pool() noexcept { return pool_; }
  [[nodiscard]] const Pool& pool() const noexcept { return pool_; }

 private:
  using home = detail::slot_home<T, Counts>;

  static void take_back(home& self, slot_type& slot) noexcept {
    static_cast<counted_pool&>(self).pool_.release(std::addressof(slot));
  }

  Pool pool_;
};

}  // namespace strata
