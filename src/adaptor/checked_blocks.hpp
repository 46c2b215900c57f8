// The engine of strata::checked: the blocks it gave out, those it holds back, and
// the checks.
//
// Calls:
//
//   allocate    take -> zones filled -> enter            (the only step with the lock)
//   deallocate  leave (lock) -> inspect -> hold back (lock) or give_back
//                                          \-> trim: the oldest leave the quarantine
//   validate    rounds of: find (lock) -> report
//
// Rules that keep it whole:
//   - The upstream, the handler and everything that names a call run without the
//     lock: they may come back here.
//   - The one exception: pages for records are asked for with the lock, and a limit
//     on them runs pressure handlers, which may free blocks here. So the lock is
//     recursive, and table and call sites are whole whenever they ask for memory.
//   - A block that is `ending`, or gone but not given back yet, belongs to the
//     thread that made it so; the upstream cannot give its address to another.
//   - The upstream sees each block exactly as it gave it: same start, size, alignment.
#pragma once

#include <array>
#include <cstddef>
#include <functional>
#include <memory_resource>
#include <mutex>
#include <optional>
#include <span>
#include <string>

#include <strata/account/account.hpp>
#include <strata/adaptor/checked.hpp>
#include <strata/adaptor/debug_error.hpp>
#include <strata/heap/heap.hpp>
#include <strata/resource/page_resource.hpp>

#include "adaptor/call_sites.hpp"
#include "adaptor/checked_block.hpp"
#include "adaptor/checked_report.hpp"
#include "adaptor/checked_table.hpp"
#include "adaptor/checked_zones.hpp"

namespace strata::core {

// The calls that led here, on the stack of the call itself.
class calls_here {
 public:
  calls_here(const void* caller, std::size_t depth) noexcept;
  [[nodiscard]] call_stack view() const noexcept { return {frames_.data(), count_}; }

  static constexpr std::size_t depth_max = 64;

 private:
  std::array<void*, depth_max> frames_;
  std::size_t count_;
};

class checked_blocks {
 public:
  explicit checked_blocks(const debug_config& config);
  ~checked_blocks();

  checked_blocks(const checked_blocks&) = delete;
  checked_blocks& operator=(const checked_blocks&) = delete;

  // `caller` is where the program entered the library: see os/call_stack.hpp.
  [[nodiscard]] void* allocate(std::size_t bytes, std::size_t alignment, const void* caller);
  void deallocate(void* user, std::size_t bytes, std::size_t alignment,
                  const void* caller) noexcept;
  std::size_t validate(const void* caller) noexcept;
  void empty_quarantine(const void* caller) noexcept;
  void finish(const void* caller) noexcept;  // the last checks and the last report

  [[nodiscard]] bool owns(const void* user) const noexcept;
  [[nodiscard]] bool is_intact(const void* user) const noexcept;
  void visit_leaks(const std::function<void(const leak_site&)>& visitor) const;
  void leak_report(const text_sink& sink) const;
  [[nodiscard]] debug_statistics statistics() const noexcept;
  [[nodiscard]] strata::account account() const { return account_; }

 private:
  // Blocks that are gone are remembered, this many.
  static constexpr std::size_t gone_max = 8192;

  struct given {
    std::size_t bytes;
    std::size_t alignment;
  };

  // -- Allocation: public_checked_allocate.cpp
  [[nodiscard]] void* take(std::size_t total, std::size_t alignment, call_stack here);
  [[nodiscard]] bool enter(checked_block& fresh, call_stack here) noexcept;
  [[nodiscard]] checked_block* record_for(std::byte* user) noexcept;
  [[noreturn]] void refuse(std::size_t bytes) const;

  // -- Deallocation: public_checked_deallocate.cpp
  [[nodiscard]] checked_block* leave(std::byte* user, call_stack here, checked_block& copy,
                                     debug_error& error) noexcept;
  [[nodiscard]] debug_error mistaken_pointer(const std::byte* user,
                                             const checked_block* known) const noexcept;
  void inspect(const checked_block& ending, given as, call_stack here) noexcept;
  void hold_back(checked_block& ending) noexcept;
  void let_go(checked_block& ending) noexcept;
  void remember_gone(checked_block& block) noexcept;
  void forget_oldest() noexcept;
  void give_back(const checked_block& block) noexcept;

  // -- Quarantine and validation: public_checked_validate.cpp
  void trim(std::size_t bytes_max, call_stack here) noexcept;
  [[nodiscard]] bool leave_quarantine(std::size_t bytes_max, checked_block& copy) noexcept;
  void report_damages(const checked_block& block, std::span<const debug_error_kind> kinds,
                      call_stack here) noexcept;
  [[nodiscard]] std::size_t find_damages(std::span<debug_error> found) noexcept;
  [[nodiscard]] std::size_t find_in(const checked_block& block,
                                    std::span<debug_error> found) noexcept;
  void end_all() noexcept;
  void report_leaks() noexcept;

  // -- Shared: public_checked_blocks.cpp
  [[nodiscard]] debug_error error_of(debug_error_kind kind,
                                     const checked_block& block) const noexcept;
  void report(const debug_error& error) noexcept;
  void log(std::string_view operation, const checked_block& block) noexcept;
  [[nodiscard]] bool quarantines(const checked_block& block) const noexcept;

  const std::string name_;
  const bool track_;
  const bool validate_access_;
  const bool log_operations_;
  const bool never_reuse_;
  const std::size_t quarantine_max_;
  const std::size_t depth_;
  const checked_zones zones_;
  const std::function<void(const debug_error&)> on_error_;
  checked_output output_;

  strata::account account_;
  page_resource tables_;
  std::optional<strata::heap> own_upstream_;
  std::pmr::memory_resource* const upstream_;

  mutable std::recursive_mutex mutex_;  // of all below
  checked_table table_;
  call_sites sites_;
  checked_block_list quarantine_;  // oldest first
  checked_block_list gone_;        // oldest first
  std::size_t gone_count_ = 0;
  debug_statistics counts_;
};

}  // namespace strata::core
