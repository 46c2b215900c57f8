// The memory of a compacting arena: blocks are cut from gaps, become holes, and slide
// to the front in passes. Not for programs.
//
//   first chunk                                                    last chunk
//   [ B ][ B ][ B ]....fill....[ P ][.hole.][ P ]..trail..|[ B ][.][ B ][ B ]...open...
//   \-- slid already --/       \---- behind: P pinned ----/ scan  \--- not met yet ---/
//
// A pass goes over the blocks once, with `scan`. What lives there moves into `fill`,
// the first gap behind; where it does not fit, `fill` goes on to the next hole, which
// is a unit of work like any other. When nothing is left between fill and scan, the
// object slides down over the gap that it follows, or stays.
//
// Invariants, at every moment between two units of work:
//   - from begin to end of a chunk stand blocks and holes, without a gap: a pass can
//     begin again at any time, and a mutator can make, end and pin in between;
//   - fill lies behind scan or ends there; `trail` is the hole that ends at scan, when
//     fill is another one;
//   - `open` is where new blocks go while it has room; when scan meets it, it becomes
//     a part of the hole behind;
//   - a pass ends with the chunk that was the last one when it began, so that it ends.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>

#include <strata/object/compacting_arena_options.hpp>
#include <strata/object/detail/moving_blocks.hpp>
#include <strata/pool/detail/key_table.hpp>
#include <strata/pool/detail/pool_memory.hpp>

namespace strata::detail {

class moving_store {
 public:
  /// Throws: out_of_memory if the system refuses memory for the account.
  explicit moving_store(const compacting_arena_options& options);
  /// Effects: ends what lives.
  ~moving_store();
  moving_store(const moving_store&) = delete;
  moving_store& operator=(const moving_store&) = delete;

  /// Returns: a block without an index, which stays where it is until it gets one;
  ///   nullptr: refused.
  [[nodiscard]] moving_block* place(std::size_t bytes, const relocation& type) noexcept {
    const std::size_t rounded = round(bytes);  // 0 when it overflows
    const bool scratch = type.move == nullptr || scratch_ != nullptr;
    if (scratch && rounded - 1 < movable_max_) [[likely]] {
      if (std::byte* const object = open_.fit(rounded, alignment_of(type))) [[likely]] {
        return use(open_, object, rounded, type);
      }
    }
    return place_slow(bytes, type);
  }

  /// Effects: the block becomes a hole, or its memory goes back.
  void end(moving_block& block) noexcept;

  /// Effects: runs the block's destructor, then ends it. Its key is gone already.
  void destroy(moving_block& block) noexcept;
  /// Effects: as destroy, for all that have a key.
  void clear() noexcept;

  [[nodiscard]] key_table& table() noexcept { return table_; }
  [[nodiscard]] const key_table& table() const noexcept { return table_; }

  /// Effects: a pass begins with the next step, whether one is under way or not.
  void restart() noexcept { scan_ = nullptr; }
  [[nodiscard]] compaction_progress step(std::size_t work) noexcept;

  void count_pin(bool more) noexcept { more ? ++figures_.pinned : --figures_.pinned; }
  [[nodiscard]] std::size_t pinned() const noexcept { return figures_.pinned; }

  [[nodiscard]] std::string_view name() const noexcept { return memory_.name(); }
  [[nodiscard]] std::optional<strata::account> account() const { return memory_.account(); }
  [[noreturn, gnu::cold]] void refuse(std::size_t bytes) const;
  [[nodiscard]] compacting_arena_statistics statistics() const noexcept;
  /// Returns: whether the invariants hold.
  [[nodiscard]] bool invariant() const noexcept;

 private:
  // Every object has bytes of its own, so none begins where its chunk ends.
  [[nodiscard]] static std::size_t round(std::size_t bytes) noexcept {
    return (std::max<std::size_t>(bytes, 1) + (moving_unit - 1)) & ~(moving_unit - 1);
  }
  [[nodiscard]] static std::size_t alignment_of(const relocation& type) noexcept {
    return std::max(type.alignment, moving_unit);
  }
  moving_block* use(moving_gap& from, std::byte* object, std::size_t bytes,
                    const relocation& type) noexcept {
    used_ += bytes + moving_unit;
    return &from.cut(object, bytes, type, moving_block::none);
  }

  [[nodiscard, gnu::cold, gnu::noinline]] moving_block* place_slow(std::size_t bytes,
                                                                   const relocation& type) noexcept;
  [[nodiscard]] moving_block* place_large(std::size_t bytes, const relocation& type) noexcept;
  [[nodiscard]] bool find_room(std::size_t bytes, std::size_t alignment) noexcept;
  [[nodiscard]] bool provide_scratch() noexcept;
  [[nodiscard]] moving_chunk* take_chunk(std::size_t bytes, moving_chunks& list) noexcept;
  void give_chunk(moving_chunk& chunk, moving_chunks& list) noexcept;

  // A pass; each returns the work it was.
  void begin_pass() noexcept;
  void end_pass() noexcept;
  std::size_t visit() noexcept;
  std::size_t visit_live(moving_block& block) noexcept;
  std::size_t leave_chunk() noexcept;
  void keep(std::size_t bytes) noexcept;
  void absorb(std::size_t bytes) noexcept;
  std::size_t slide(moving_block& block) noexcept;
  std::size_t move_to(std::byte* object, moving_block& block) noexcept;
  void move_bytes(std::byte* to, std::byte* from, const moving_block& head) noexcept;
  [[nodiscard]] bool next_hole() noexcept;

  [[nodiscard]] bool movable(const moving_block& block) noexcept;
  [[nodiscard]] bool large(const moving_block& block) const noexcept {
    return block.object_bytes() > movable_max_;
  }
  [[nodiscard]] moving_memory memory() const noexcept;

  pool_memory memory_;
  std::optional<strata::account> parent_;  // of the account of the table
  key_table table_;

  moving_gap open_;
  std::size_t chunk_bytes_;
  std::size_t movable_max_;
  void* scratch_ = nullptr;  // for what slides over itself and has a move function
  moving_chunks chunks_;
  moving_chunks large_;
  std::size_t reserved_ = 0;
  std::size_t overhead_ = 0;
  std::size_t used_ = 0;

  moving_gap fill_;
  std::byte* scan_ = nullptr;   // nullptr: no pass is under way
  std::byte* trail_ = nullptr;  // nullptr: none, or it is fill
  moving_chunk* scan_chunk_ = nullptr;
  moving_chunk* last_chunk_ = nullptr;  // of this pass
  moving_memory before_;
  compacting_arena_statistics figures_;
};

}  // namespace strata::detail
