// Behind the hot path of a stack pool: all groups, which stacks have pages, and the
// rules by which pages go back. What stacks are handed out first, and when, is in
// strata/stack/detail/idle_stacks.hpp.
//
//   group's cold and fresh stacks -- open --> active -- give --> idle
//             ^                                 ^---- pop -------/  |
//             \---------------- close: pages go back --------------/
//
// Invariants:
//   - Warm stacks, those with pages, are active or idle, and charged to the account.
//   - The array of idle stacks has room for all stacks of all groups.
//   - Fast pops never raise the number of active stacks above `peak_`: a stack is
//     opened only when none is idle, so as many were active once as are warm; for
//     those that were opened ahead, the floor stands where the peak is reached.
//
// The caller serialises, but for charge, and what only reads one stack.
#pragma once

#include <strata/account/account.hpp>
#include <strata/stack/detail/idle_stacks.hpp>
#include <strata/stack/stack_options.hpp>
#include <strata/stack/stack_statistics.hpp>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "os/os.hpp"
#include "stack/group.hpp"
#include "stack/overflow.hpp"

namespace strata::core {

template <class Os>
class basic_stack_store {
 public:
  // Throws out_of_memory when the system refuses memory for the account.
  basic_stack_store(const stack_pool_options& options, detail::idle_stacks& idle);
  ~basic_stack_store();
  basic_stack_store(const basic_stack_store&) = delete;
  basic_stack_store& operator=(const basic_stack_store&) = delete;

  // Opens stacks ahead, which are idle. Throws out_of_memory.
  void prepare(std::size_t stacks);

  // -- Taking, in this order ----------------------------------------------------
  [[nodiscard]] void* take_idle() noexcept;
  [[nodiscard]] bool charge() noexcept;
  [[nodiscard]] void* open() noexcept;

  // -- Giving -------------------------------------------------------------------
  void give(void* top) noexcept;
  std::size_t tick() noexcept;
  std::size_t trim() noexcept;

  // -- One stack ----------------------------------------------------------------
  void set_name(void* top, std::string_view name) noexcept;
  [[nodiscard]] std::string_view name_of(void* top) const noexcept;
  [[nodiscard]] std::size_t depth(void* top) const noexcept;

  // -- All ----------------------------------------------------------------------
  [[nodiscard]] const stack_layout& layout() const noexcept { return layout_; }
  [[nodiscard]] const strata::account& account() const noexcept { return account_; }
  [[nodiscard]] stack_pool_statistics statistics() const noexcept;
  [[nodiscard]] stack_pool_residency residency() const noexcept;
  [[nodiscard]] bool invariant() const noexcept;

 private:
  using group = basic_stack_group<Os>;
  using watch = basic_overflow_watch<Os>;

  struct watched_group {
    std::unique_ptr<group> stacks;
    std::unique_ptr<watch> watched;  // ends first
  };

  [[nodiscard]] static std::uint64_t nanoseconds(std::chrono::milliseconds time) noexcept;
  [[nodiscard]] void* open_warm() noexcept;
  [[nodiscard]] void* open_in_group() noexcept;
  [[nodiscard]] group* group_with_room() noexcept;
  [[nodiscard]] group* group_of(const void* top) const noexcept;
  [[nodiscard]] bool add_group() noexcept;
  void keep_group(std::unique_ptr<group> made);
  void reserve_idle(std::size_t stacks);
  void set_ceiling(std::size_t stacks) noexcept;

  void check_given(void* top) const noexcept;
  void check_canary(const group& from, void* top) const noexcept;
  void hold_to_budget() noexcept;
  [[nodiscard]] std::size_t mean_depth_of_idle() noexcept;
  std::size_t close_coldest(std::size_t count) noexcept;
  [[nodiscard]] bool close(void* top) noexcept;
  void shorten_idle() noexcept;
  void end_cold_groups() noexcept;
  void note_depth(std::size_t bytes) noexcept { deepest_ = std::max(deepest_, bytes); }

  [[nodiscard]] std::size_t active() const noexcept { return warm_ - idle_.count(); }
  [[nodiscard]] os::residency residency_of(const group& of, const void* top) const noexcept;

  detail::idle_stacks& idle_;
  stack_layout layout_;
  strata::account account_;
  std::string name_;
  std::size_t maximum_;
  std::size_t idle_bytes_;
  std::size_t keep_bytes_;
  std::uint64_t idle_ns_;

  std::vector<watched_group> groups_;  // by address
  std::size_t full_groups_ = 0;        // at least so many at the front have no room
  std::unique_ptr<void*[]> idle_array_;
  std::size_t idle_capacity_ = 0;
  std::size_t stacks_ = 0;  // in all groups
  std::size_t warm_ = 0;
  std::size_t peak_ = 0;
  std::uint64_t last_tick_ns_;

  std::size_t deepest_ = 0;
  std::uint64_t opened_ = 0;
  std::uint64_t returned_ = 0;
  std::atomic<std::uint64_t> refused_{0};
};

}  // namespace strata::core

#include "stack/store_groups.hpp"
#include "stack/store_reports.hpp"
#include "stack/store_returns.hpp"
