// An arena for each thread, made when the thread first asks: allocation without a
// lock, in memory that ends together.
//
//   strata::thread_arenas frame({.name = "frame", .limit = 256 << 20});
//   // on any thread:
//   auto* spark = frame.local().make<particle>(position);
//   // when all threads are done with the frame:
//   frame.reset();
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <memory_resource>
#include <optional>
#include <string_view>
#include <type_traits>

#include <strata/account/account.hpp>
#include <strata/arena/arena.hpp>

namespace strata {

/// What becomes of a thread's arena when the thread ends.
enum class thread_arena_end {
  adopted,   ///< its blocks live on, and the next new thread allocates behind them
  released,  ///< its blocks end, registered destructors run, its memory goes back
};

/// What the arenas of threads are made from; every member may be left out.
struct thread_arenas_options {
  std::string_view name = {};       ///< of the account of all of them together
  std::size_t limit = SIZE_MAX;     ///< of that account; SIZE_MAX: none
  const account* parent = nullptr;  ///< of that account; nullptr: the root
  /// Where chunks come from, for several threads at once; nullptr: pages of their
  /// own. The account is not charged for what an upstream gives.
  std::pmr::memory_resource* upstream = nullptr;
  std::size_t chunk_bytes = std::size_t{64} << 10;
  std::size_t chunk_bytes_max = std::size_t{4} << 20;
  thread_arena_end at_thread_end = thread_arena_end::adopted;
};

namespace detail {

class thread_arena_set;

/// The arena that this thread asked for last. Sets have numbers that are never
/// used again, so that what is left of an ended one matches none.
struct thread_arena_found {
  std::uint64_t set = 0;
  strata::arena* arena = nullptr;
};
inline constinit thread_local thread_arena_found this_thread_arena{};

}  // namespace detail

/// local may be called by any thread at any time, but not by destructors that an
/// arena runs; size, waiting and account too. The other functions may be called
/// while no other thread uses its arena.
class thread_arenas {
 public:
  /// Throws: out_of_memory or std::bad_alloc.
  explicit thread_arenas(const thread_arenas_options& options = {});

  /// Effects: ends all arenas.
  /// Requires: no thread uses its arena any more. Threads may go on to live.
  ~thread_arenas();

  thread_arenas(const thread_arenas&) = delete;
  thread_arenas& operator=(const thread_arenas&) = delete;

  /// Returns: the calling thread's arena, which only this thread may use. What is
  ///   allocated in it may be used, and given back, by whoever is in turn.
  /// Throws: out_of_memory or std::bad_alloc, when the thread has none yet.
  /// Complexity: three loads and a comparison; for another set than the last one,
  ///   linear in the sets that this thread uses; the first time, a lock.
  [[nodiscard]] arena& local() {
    const detail::thread_arena_found& last = detail::this_thread_arena;
    return last.set == number_ ? *last.arena : find_local();
  }

  /// Effects: resets every thread's arena, those that wait for adoption included.
  void reset(arena_keep keep = arena_keep::all()) noexcept;

  /// Effects: calls `visitor(arena&)` for each arena, adopted or not.
  template <class Visitor>
  void for_each(Visitor&& visitor);

  /// Returns: how many arenas there are, and how many of them wait for a thread.
  [[nodiscard]] std::size_t size() const noexcept;
  [[nodiscard]] std::size_t waiting() const noexcept;

  /// Returns: the account of all arenas together; nothing over an upstream.
  [[nodiscard]] std::optional<strata::account> account() const;

 private:
  [[gnu::cold, gnu::noinline]] arena& find_local();
  void visit(void (*visitor)(void* context, arena& each), void* context);

  std::uint64_t number_;
  std::shared_ptr<detail::thread_arena_set> set_;
};

template <class Visitor>
void thread_arenas::for_each(Visitor&& visitor) {
  using target = std::remove_reference_t<Visitor>;
  visit([](void* context, arena& each) { std::invoke(*static_cast<target*>(context), each); },
        const_cast<void*>(static_cast<const volatile void*>(std::addressof(visitor))));
}

}  // namespace strata
