// Stacks for fibers, between guards, reused hot.
//
//   strata::stack_pool stacks({.name = "fibers", .maximum = 100'000});
//   strata::stack one = stacks.get();
//   ...                        // run a fiber on it, from one.top() downward
//   stacks.put(one);
//
// A stack that is put keeps its pages, and the next get hands it out again: the
// last that came first. Pages go back to the system
//
//   by budget  in put, when the idle stacks are estimated to keep more than
//              `idle_bytes`: of those that came first, until three quarters are left
//   by time    in tick, at most once in `idle_time`: all pages of stacks that nobody
//              needed since the tick before; of the other idle ones, what lies
//              deeper than `keep_bytes`
//   at once    in trim: all pages of all idle stacks
//
// A stack whose pages went back holds none and is not charged to the account.
// Groups of stacks of which none has pages end with tick and trim.
#pragma once

#include <cstddef>
#include <mutex>
#include <optional>
#include <string_view>

#include <strata/account/account.hpp>
#include <strata/base/sharing.hpp>
#include <strata/stack/detail/idle_stacks.hpp>
#include <strata/stack/detail/stack_source.hpp>
#include <strata/stack/stack.hpp>
#include <strata/stack/stack_options.hpp>
#include <strata/stack/stack_statistics.hpp>

namespace strata {

/// `Sharing` is one_thread or any_thread, who may call at once. A stack may be given
/// back by another thread than the one that took it, where calls do not overlap.
/// Beside its stacks, the pool takes some 20 bytes for each from the heap.
template <class Sharing = one_thread>
class basic_stack_pool {
 public:
  /// Effects: makes an account, and `options.initial` stacks.
  /// Throws: invalid_stack_config when the options contradict themselves;
  ///   out_of_memory when the system or the account refuses.
  explicit basic_stack_pool(const stack_pool_options& options = {}) : source_(options, idle_) {}

  /// Requires: every stack was put back. The program ends with a diagnosis when one
  ///   was not.
  ~basic_stack_pool() = default;

  basic_stack_pool(const basic_stack_pool&) = delete;
  basic_stack_pool& operator=(const basic_stack_pool&) = delete;

  /// Returns: a stack with whatever contents, for the caller until it is put back.
  /// Throws: out_of_memory, which names the account, when the maximum, a limit or the
  ///   system refuses.
  /// Complexity: a few instructions while stacks are idle; else a system call for the
  ///   stack's guard, and a page fault.
  [[nodiscard]] stack get() {
    void* const top = take();
    if (top == nullptr) [[unlikely]]
      source_.refuse();
    return stack_at(top);
  }

  /// Returns: what get returns; no stack where it throws.
  [[nodiscard]] stack try_get() noexcept {
    void* const top = take();
    return top == nullptr ? stack{} : stack_at(top);
  }

  /// Effects: the stack becomes idle. Its pages may go back to the system, now or
  ///   later; see above.
  /// Requires: nothing runs on it. It came from this pool and was not put back since:
  ///   the program ends with a diagnosis when it was, or when its canary is broken.
  void put(const stack& used) noexcept {
    const std::lock_guard guard(lock_);
    void* const top = used.top();
    if (!idle_.push(top)) [[unlikely]]
      source_.give(top);
  }

  /// Effects: what "by time" above says, when it is time; else nothing but a look at
  ///   the clock. For the idle loop of a scheduler.
  /// Returns: how many stacks gave all their pages back.
  /// Complexity: a system call for each idle stack.
  std::size_t tick() noexcept {
    const std::lock_guard guard(lock_);
    return source_.tick();
  }

  /// Effects: gives back all that active stacks do not need.
  /// Returns: how many stacks gave all their pages back.
  std::size_t trim() noexcept {
    const std::lock_guard guard(lock_);
    return source_.trim();
  }

  /// Effects: notes who runs on the stack, until it is put back: diagnoses say it.
  ///   Copied, and cut to 63 bytes.
  void set_name(const stack& of, std::string_view name) noexcept {
    source_.set_name(of.top(), name);
  }

  /// Returns: the name of who runs on the stack; nothing when none was set.
  [[nodiscard]] std::string_view name_of(const stack& of) const noexcept {
    return source_.name_of(of.top());
  }

  /// Returns: how deep the stack was used, in whole pages, since its pages were last
  ///   given back; the bytes of the pool above its top included.
  /// Complexity: a system call.
  [[nodiscard]] std::size_t high_water(const stack& of) const noexcept {
    const std::lock_guard guard(lock_);
    return source_.depth(of.top());
  }

  [[nodiscard]] stack_pool_statistics statistics() const noexcept {
    const std::lock_guard guard(lock_);
    return source_.statistics();
  }

  /// Complexity: a system call for each stack with pages.
  [[nodiscard]] stack_pool_residency residency() const noexcept {
    const std::lock_guard guard(lock_);
    return source_.residency();
  }

  /// Returns: the account that is charged.
  [[nodiscard]] strata::account account() const { return source_.account(); }

  /// Returns: the first contradiction in the options; nothing when there is none.
  [[nodiscard]] static std::optional<stack_config_error> check(
      const stack_pool_options& options) noexcept {
    return strata::check(options);
  }

 private:
  [[nodiscard]] void* take() noexcept {
    {
      const std::lock_guard guard(lock_);
      if (void* const top = idle_.pop()) [[likely]]
        return top;
    }
    return take_slow();
  }

  // Between the locks the account may ask the program for memory, which may well
  // trim this very pool.
  [[nodiscard, gnu::cold, gnu::noinline]] void* take_slow() noexcept {
    {
      const std::lock_guard guard(lock_);
      if (void* const top = source_.take_idle()) return top;
    }
    const bool charged = source_.charge();
    const std::lock_guard guard(lock_);
    return charged ? source_.open() : source_.take_idle();
  }

  [[nodiscard]] stack stack_at(void* top) const noexcept {
    const std::size_t size = detail::header_at(top).size;
    return {detail::idle_stacks::base_of(top), size, guard_bytes_, guard_bytes_};
  }

  detail::idle_stacks idle_;
  mutable typename Sharing::mutex lock_;
  detail::stack_source source_;
  std::size_t guard_bytes_ = source_.guard_bytes();
};

/// For one thread at a time: a scheduler with a thread of its own.
using stack_pool = basic_stack_pool<one_thread>;

/// For any thread: fibers that move between threads.
using shared_stack_pool = basic_stack_pool<any_thread>;

}  // namespace strata
