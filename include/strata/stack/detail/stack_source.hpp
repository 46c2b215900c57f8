// What a stack pool does rarely: stacks without pages, groups of stacks, returning
// memory, mistakes. Not for programs.
//
//   take --- an idle stack ------------------------------> idle_stacks::pop       hot
//      \---- below the floor ----------------------------> take_idle             cold
//       \--- none is idle: charge, then -----------------> open                  cold
//   give --- as expected, within the budget -------------> idle_stacks::push      hot
//      \---- name, canary, mistake, budget full ---------> give                  cold
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include <strata/account/account.hpp>
#include <strata/stack/detail/idle_stacks.hpp>
#include <strata/stack/stack_options.hpp>
#include <strata/stack/stack_statistics.hpp>

namespace strata::detail {

class stack_store;

class stack_source {
 public:
  /// Throws: as basic_stack_pool's constructor.
  stack_source(const stack_pool_options& options, idle_stacks& idle);
  ~stack_source();
  stack_source(const stack_source&) = delete;
  stack_source& operator=(const stack_source&) = delete;

  /// Returns: the top of an idle stack; nullptr: there is none.
  [[nodiscard]] void* take_idle() noexcept;

  /// Returns: whether the account admits one more stack with pages. To be called
  ///   without any lock: handlers of memory pressure may run.
  [[nodiscard]] bool charge() noexcept;
  /// Returns: the top of a charged stack; nullptr: refused, and the charge is undone.
  [[nodiscard]] void* open() noexcept;
  [[noreturn, gnu::cold]] void refuse() const;

  void give(void* top) noexcept;

  std::size_t tick() noexcept;
  std::size_t trim() noexcept;
  void set_name(void* top, std::string_view name) noexcept;
  [[nodiscard]] std::string_view name_of(void* top) const noexcept;
  [[nodiscard]] std::size_t depth(void* top) const noexcept;
  [[nodiscard]] std::size_t guard_bytes() const noexcept;
  [[nodiscard]] stack_pool_statistics statistics() const noexcept;
  [[nodiscard]] stack_pool_residency residency() const noexcept;
  [[nodiscard]] strata::account account() const;

 private:
  std::unique_ptr<stack_store> store_;
};

}  // namespace strata::detail
