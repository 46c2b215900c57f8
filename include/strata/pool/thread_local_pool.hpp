// A pool for one thread, without synchronisation, and made so that it stays there.
//
//   strata::thread_local_pool<buffer>& buffers() {
//     thread_local strata::thread_local_pool<buffer> mine({.name = "buffers"});
//     return mine;
//   }
//   auto scratch = buffers().make(4096);   // ends with the scope, on this thread
//
// Neither the pool nor what make returns can be moved or copied, so neither can be
// passed to std::thread or std::async, stored in a queue, or captured by value: that
// does not compile. A reference or a pointer can still reach another thread, which
// C++ types cannot forbid; a checked build ends the program there.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>
#include <thread>
#include <utility>

#include <strata/account/account.hpp>
#include <strata/base/detail/diagnosis.hpp>
#include <strata/pool/growing_pool.hpp>
#include <strata/pool/pool_concepts.hpp>
#include <strata/pool/pool_options.hpp>

namespace strata {

/// Ends the program when another thread than the one that made the pool uses it.
/// (One that got the id of that thread after it ended is not told apart.)
class owner_checked {
 public:
  void check(const void* pool) const noexcept {
    const std::thread::id user = std::this_thread::get_id();
    if (user != owner_) [[unlikely]] {
      detail::report_wrong_thread(pool, number(owner_), number(user));
    }
  }

 private:
  // As debuggers show threads, where an id has the size of a pointer.
  static std::uintptr_t number(std::thread::id id) noexcept {
    std::uintptr_t shown = 0;
    std::memcpy(&shown, &id, sizeof(id) < sizeof(shown) ? sizeof(id) : sizeof(shown));
    return shown;
  }

  std::thread::id owner_ = std::this_thread::get_id();
};

/// Costs nothing, and finds nothing.
struct owner_unchecked {
  void check(const void*) const noexcept {}
};

#ifdef NDEBUG
using owner_check_of_build = owner_unchecked;
#else
using owner_check_of_build = owner_checked;
#endif

/// A growing_pool with these policies, for the thread that makes it. Each member does
/// what its namesake there does, and as fast.
template <class T, class OwnerCheck = owner_check_of_build, class... Policies>
class thread_local_pool {
  using pool_type = growing_pool<T, Policies...>;

 public:
  using value_type = T;
  using options_type = pool_options<T>;

  /// The one owner of an object, for a scope: neither moved nor copied.
  class handle {
   public:
    handle(const handle&) = delete;
    handle& operator=(const handle&) = delete;
    ~handle() { pool_.release(&object_); }

    [[nodiscard]] T& operator*() const noexcept { return object_; }
    [[nodiscard]] T* operator->() const noexcept { return &object_; }
    [[nodiscard]] T* get() const noexcept { return &object_; }

   private:
    friend class thread_local_pool;
    handle(thread_local_pool& pool, T& object) noexcept : pool_(pool), object_(object) {}

    thread_local_pool& pool_;
    T& object_;
  };

  /// Effects: creates the pool, for the calling thread.
  /// Throws: as growing_pool.
  explicit thread_local_pool(const options_type& options = {}) : pool_(options) {}

  thread_local_pool(const thread_local_pool&) = delete;
  thread_local_pool& operator=(const thread_local_pool&) = delete;

  ~thread_local_pool() { owner_.check(this); }

  /// Returns: the owner of a new object, for the scope it is made in.
  /// Throws: as emplace.
  template <class... Args>
  requires pool_for<pool_type, Args...>
  [[nodiscard]] handle make(Args&&... args) {
    return handle(*this, emplace(std::forward<Args>(args)...));
  }

  template <class... Args>
  requires pool_for<pool_type, Args...> T& emplace(Args&&... args) {
    return mine().emplace(std::forward<Args>(args)...);
  }
  template <class... Args>
  requires pool_for<pool_type, Args...>
  [[nodiscard]] T* try_emplace(Args&&... args) {
    return mine().try_emplace(std::forward<Args>(args)...);
  }
  void release(T* object) noexcept { mine().release(object); }
  void expect_handles() noexcept { mine().expect_handles(); }
  void clear() noexcept { mine().clear(); }

  template <class Visitor>
  void for_each(Visitor&& visit) {
    mine().for_each(std::forward<Visitor>(visit));
  }

  void reserve(std::size_t slots) { mine().reserve(slots); }
  [[nodiscard]] bool try_reserve(std::size_t slots) { return mine().try_reserve(slots); }
  void shrink_to_fit() noexcept { mine().shrink_to_fit(); }

  [[nodiscard]] bool owns(const void* address) const noexcept { return mine().owns(address); }
  [[nodiscard]] std::size_t size() const noexcept { return mine().size(); }
  [[nodiscard]] std::size_t capacity() const noexcept { return mine().capacity(); }
  [[nodiscard]] std::size_t maximum() const noexcept { return mine().maximum(); }
  [[nodiscard]] std::string_view name() const noexcept { return mine().name(); }
  [[nodiscard]] std::optional<strata::account> account() const { return mine().account(); }

 private:
  [[nodiscard]] pool_type& mine() noexcept {
    owner_.check(this);
    return pool_;
  }
  [[nodiscard]] const pool_type& mine() const noexcept {
    owner_.check(this);
    return pool_;
  }

  pool_type pool_;
  [[no_unique_address]] OwnerCheck owner_;
};

static_assert(object_pool<thread_local_pool<int>>);

}  // namespace strata
