// A resource that finds mistakes in how another one is used: leaks with their
// call sites, double frees, writes after free and past either end of a block,
// wrong sizes and alignments, pointers that are not its own.
//
//   strata::checked checked({.upstream = &heap});
//   std::pmr::vector<int> numbers(&checked);
//   ...
//   checked.validate();               // every block, now
//   checked.leak_report(std::cerr);   // what lives, by call site
//
// For tests and for hunting: an operation costs a microsecond or more, most of
// it for the call stack. A mistake ends the program with a diagnosis, unless
// there is a handler. All sizes are bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <memory_resource>
#include <string_view>

#include <strata/account/account.hpp>
#include <strata/adaptor/debug_error.hpp>
#include <strata/resource/resource.hpp>

namespace strata {

namespace core {
class checked_blocks;  // opaque
}

/// What is checked, and what happens then; every member may be left out.
struct debug_config {
  /// Where blocks come from; nullptr: a heap of its own. It outlives the checked
  /// resource, and is called without a lock: several threads may use both at
  /// once if they may use the upstream at once.
  std::pmr::memory_resource* upstream = nullptr;

  std::string_view name = "checked";  ///< of its account, and in diagnoses; copied
  std::size_t limit = SIZE_MAX;       ///< of its account
  const account* parent = nullptr;    ///< of its account; nullptr: the root

  /// Record who allocates and who frees, and report what lives at the end.
  /// Without it, blocks are still known one by one: double frees, foreign
  /// pointers and mismatches are found, but without call sites.
  bool track_allocations = true;

  /// Fill fresh blocks with 0xcd and freed ones with 0xdf, and keep freed ones in
  /// a quarantine; a block that was written to meanwhile is found when it leaves.
  bool validate_access = true;

  /// Put red zones before and after each block, and look at them when it ends.
  bool check_corruption = true;

  /// Write one line for each operation to `output`.
  bool log_operations = false;

  std::size_t red_zone_bytes = 32;         ///< of one red zone
  std::size_t quarantine_bytes = 4 << 20;  ///< of all blocks in it, red zones included
  bool never_reuse = false;                ///< blocks stay in quarantine until the end
  std::size_t backtrace_depth = 16;        ///< calls recorded, at most 64

  /// Gets each mistake, on the thread that made or found it; then the program
  /// goes on as if the mistake had not been made. It may use the resource, and
  /// must not throw. Empty: the program ends with a diagnosis; leaks alone do
  /// not end it, they are written to `output`.
  std::function<void(const debug_error&)> on_error{};

  /// Of the log and the last leaks; nullptr: stderr. It must not use the resource.
  std::ostream* output = nullptr;
};

/// Counts of one checked resource.
struct debug_statistics {
  std::size_t live_blocks = 0;
  std::size_t live_bytes = 0;
  std::size_t live_bytes_peak = 0;
  std::uint64_t allocations = 0;  ///< since the beginning
  std::size_t quarantined_blocks = 0;
  std::size_t quarantined_bytes = 0;  ///< red zones included
  std::uint64_t errors = 0;           ///< mistakes found, leaks not counted
};

/// May be used by several threads at once if its upstream may. What it knows
/// about blocks lies in memory of its own, charged to an account of its own,
/// where no overflowing block reaches it.
class checked final : public std::pmr::memory_resource {
 public:
  static constexpr std::size_t default_alignment = alignof(std::max_align_t);

  /// Throws: out_of_memory or std::bad_alloc if the system refuses memory.
  explicit checked(const debug_config& config = {});

  /// Effects: validates, reports what still lives, and gives all blocks back to
  ///   the upstream, live ones too.
  ~checked() override;

  checked(const checked&) = delete;
  checked& operator=(const checked&) = delete;

  /// Returns: a block of `bytes` bytes; for no bytes too.
  /// Throws: what the upstream throws; out_of_memory where memory for the records
  ///   is refused. When the upstream refuses, the quarantine is emptied and the
  ///   upstream asked again.
  /// Mistakes: bad_alignment, which is then refused.
  /// Complexity: constant on average, and linear in `bytes` with validate_access.
  [[nodiscard]] void* allocate(std::size_t bytes, std::size_t alignment = default_alignment);

  /// Returns: what allocate returns; nullptr where it throws.
  [[nodiscard]] void* try_allocate(std::size_t bytes,
                                   std::size_t alignment = default_alignment) noexcept;

  /// Effects: frees the block; nullptr is ignored.
  /// Mistakes: double_free and foreign_pointer, which then have no effect;
  ///   size_mismatch, alignment_mismatch, overflow and underflow, after which the
  ///   block is freed with the size it has; use_after_free of blocks that leave
  ///   the quarantine to make room.
  void deallocate(void* block, std::size_t bytes,
                  std::size_t alignment = default_alignment) noexcept;

  /// Effects: looks at the red zones of all live blocks and at all of the
  ///   quarantine. Each damage is reported once, and mended.
  /// Returns: how many were found.
  /// Mistakes: overflow, underflow, use_after_free.
  /// Complexity: linear in blocks and in bytes of the quarantine; others wait.
  std::size_t validate() noexcept;

  /// Returns: whether `block` is a live block of this resource.
  [[nodiscard]] bool owns(const void* block) const noexcept;

  /// Returns: whether `block` is live and its red zones are whole; reports nothing.
  [[nodiscard]] bool is_intact(const void* block) const noexcept;

  /// Effects: checks the quarantine and gives it back to the upstream; without
  ///   effect under never_reuse.
  /// Mistakes: use_after_free.
  void empty_quarantine() noexcept;

  /// Effects: calls `visitor` for each call stack that has live blocks, most bytes
  ///   first. It may use this resource.
  /// Throws: std::bad_alloc, and what the visitor throws.
  void visit_leaks(const std::function<void(const leak_site&)>& visitor) const;

  /// Effects: writes what lives, grouped by call site with counts, bytes and
  ///   symbolised calls, most bytes first.
  /// Throws: as visit_leaks.
  void leak_report(std::ostream& out) const;

  [[nodiscard]] debug_statistics statistics() const noexcept;

  /// Returns: the account that is charged for the records, and, where no upstream
  ///   was given, for the blocks.
  [[nodiscard]] strata::account account() const;

 private:
  void* do_allocate(std::size_t bytes, std::size_t alignment) override;
  void do_deallocate(void* block, std::size_t bytes, std::size_t alignment) override;
  [[nodiscard]] bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override;

  std::unique_ptr<core::checked_blocks> blocks_;
};

}  // namespace strata
