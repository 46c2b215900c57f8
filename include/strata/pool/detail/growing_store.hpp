// The slots of a growing pool: chunks, taken as needed and returned in any order.
// Not for programs.
//
//   ring of chunks that may have free slots:  none_ <-> chunk <-> chunk <-> (none_)
//                                                       ^ serves next
//
//   take ......... the first chunk of the ring ............. hot
//     take_slow .. drops full chunks from the ring, grows ... cold
//   begin_release, end_release .. the table knows its slot .. hot
//     begin_release_elsewhere .. the directory does ......... cold
//     relist_or_return  it was full, or became empty ........ cold
//
// Each chunk has a strategy of its own, but for sparse_set_slots: one set then has the
// free slots of all chunks and serves first, and in the ring are the chunks that have
// slots which nobody took yet.
//
// Invariants: a chunk that is not in the ring has nothing for take; the counters are
// the sums over the chunks; no chunk goes while somebody iterates or memory is asked for.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>

#include <strata/pool/detail/chunk_directory.hpp>
#include <strata/pool/detail/chunk_table.hpp>
#include <strata/pool/detail/pool_chunk.hpp>
#include <strata/pool/detail/pool_memory.hpp>
#include <strata/pool/detail/slot_block.hpp>
#include <strata/pool/detail/sparse_chunk.hpp>
#include <strata/pool/pool_options.hpp>
#include <strata/pool/sparse_set_slots.hpp>

namespace strata::detail {

// In place of the common set where each chunk has a strategy.
class no_common_set {
 public:
  explicit no_common_set(pool_memory&) noexcept {}
  static std::size_t size() noexcept { return 0; }
  static std::size_t held_bytes() noexcept { return 0; }
};

template <std::size_t Stride, slot_strategy Strategy, bool Keeps, bool Ends>
class growing_store {
  // Whether all chunks have one set of free slots.
  static constexpr bool shares = std::is_same_v<Strategy, sparse_set_slots>;

 public:
  using chunk = pool_chunk<std::conditional_t<shares, sparse_chunk<Stride, Ends>,
                                              slot_block<Stride, Strategy, Keeps, Ends>>,
                           growing_store>;
  using block_type = typename chunk::block_type;
  using place = std::conditional_t<shares, std::byte*, chunk*>;
  static constexpr bool grows = true;
  static constexpr bool knows_peak = shares;
  static constexpr std::size_t alignment_max = chunk::alignment_max;

  /// Requires: the settings were checked. Takes no slots yet.
  explicit growing_store(const pool_settings& settings)
      : memory_({settings.name, settings.limit, settings.parent, settings.upstream}),
        free_(memory_),
        table_(memory_),
        directory_(memory_),
        growth_(*settings.growth),
        alignment_(std::max(settings.alignment, settings.slot_alignment)),
        chunk_slots_(std::min(chunk::slots_max(alignment_), Strategy::slots_max)),
        maximum_(settings.maximum),
        retain_(settings.retain) {
    counts_used_ = shares && retain_ != SIZE_MAX;
    none_.block.open(nullptr, 0, nullptr);
    none_.next = none_.previous = &none_;
  }

  growing_store(const growing_store&) = delete;
  growing_store& operator=(const growing_store&) = delete;

  ~growing_store() {
    while (directory_.size() != 0) {
      auto& last = *static_cast<chunk*>(directory_[directory_.size() - 1]);
      directory_.erase(&last);
      discard(last);
    }
  }

  /// Returns: a slot; nullptr when there is none and none may be added.
  /// Throws: what the growth's function or `prepare(block)` throws, which sees each
  ///   new block first.
  template <class Prepare>
  [[nodiscard]] std::byte* take(Prepare&& prepare) {
    if (std::byte* const slot = take_free(); slot != nullptr) [[likely]] {
      return slot;
    }
    return take_slow(prepare);
  }

  /// Returns: nullptr when no object lives at the address, or only
  ///   begin_release_elsewhere can tell.
  template <bool Checked>
  [[nodiscard]] place begin_release(const void* object) noexcept {
    if (Checked && !table_.begins_slot(object)) [[unlikely]] {
      return nullptr;
    }
    return begin_release_in<Checked>(object);
  }

  /// Returns: nullptr when no object lives at the address. It ends by end_release<false>.
  [[nodiscard]] place begin_release_elsewhere(const void* object) noexcept {
    const chunk* const of = chunk::of(object);
    const bool begins = directory_.contains(of) && of->block.index_of(object) < of->opened();
    return begins ? begin_release_in<true>(object) : nullptr;
  }

  // What the table knows of needs no count: it has no chunks of a pool that counts.
  template <bool Checked>
  void end_release(place at, std::byte* slot) noexcept {
    if constexpr (shares) {
      block_type::end_release(at, slot, free_);
      if (!Checked && counts_used_) [[unlikely]] {
        count_released(*chunk::of(slot));
      }
    } else {
      const bool is_empty = at->block.end_release(&at->block, slot);
      --taken_;
      if (is_empty || !at->listed) [[unlikely]] {
        relist_or_return(*at, is_empty);
      }
    }
  }

  [[nodiscard]] block_type& block_of(const void* slot) noexcept { return chunk::of(slot)->block; }

  /// Returns: what set_pool was told by the store of a live slot.
  [[nodiscard]] static void* pool_of(const void* slot) noexcept {
    return chunk::of(slot)->owner->pool_;
  }
  void set_pool(void* pool) noexcept { pool_ = pool; }

  [[nodiscard]] bool owns(const void* address) const noexcept {
    const chunk* const of = chunk::of(address);
    return directory_.contains(of) && of->block.contains(address);
  }
  /// Returns: whether a slot begins at the address.
  [[nodiscard]] bool owns_slot(const void* address) const noexcept {
    const chunk* const of = chunk::of(address);
    return directory_.contains(of) && of->block.index_of(address) < of->block.capacity();
  }
  [[nodiscard]] std::size_t size() const noexcept { return taken_ - free_.size(); }
  [[nodiscard]] std::size_t capacity() const noexcept { return capacity_; }
  [[nodiscard]] std::size_t maximum() const noexcept { return maximum_; }
  [[nodiscard]] std::size_t growths() const noexcept { return growths_; }
  [[nodiscard]] std::size_t held_bytes() const noexcept {
    return held_bytes_ + free_.held_bytes() + table_.held_bytes();
  }
  /// Returns: the most slots that were used at once: one is opened when none is free.
  [[nodiscard]] std::size_t peak() const noexcept requires shares {
    return std::max(peak_, taken_);
  }

  template <class Visitor>
  void for_each_block(Visitor&& visit) {
    const pin hold(*this);
    show_live();
    for (std::size_t i = 0; i < directory_.size(); ++i) {
      visit(static_cast<chunk*>(directory_[i])->block);
    }
  }
  template <class Visitor>
  void for_each_block(Visitor&& visit) const {
    show_live();
    for (std::size_t i = 0; i < directory_.size(); ++i) {
      visit(static_cast<const chunk*>(directory_[i])->block);
    }
  }

  /// Effects: prepares for iteration over what lives now.
  /// Complexity: with a common set, linear in the slots released since the last time; if
  ///   a slot that was free then was taken meanwhile, or uses are counted, linear in the
  ///   free slots.
  void show_live() const noexcept;

  /// Effects: makes the capacity at least `slots`, or leaves it.
  /// Returns: whether it is that large.
  template <class Prepare>
  [[nodiscard]] bool provide(std::size_t slots, Prepare&& prepare) {
    refused_bytes_ = 0;
    if (slots > maximum_) return false;
    return slots <= capacity_ || add_all(slots - capacity_, prepare);
  }

  /// Effects: no chunk is returned any more that would leave less, until shrink_to_fit.
  void keep_capacity(std::size_t slots) noexcept { reserved_ = std::max(reserved_, slots); }

  /// Returns: what the upstream refused last; 0 when it was no upstream that refused.
  [[nodiscard]] std::size_t refused_bytes() const noexcept { return refused_bytes_; }

  [[nodiscard]] std::size_t blocks() const noexcept { return directory_.size(); }
  [[nodiscard]] const block_type& block_at(std::size_t at) const noexcept {
    return static_cast<const chunk*>(directory_[at])->block;
  }

  /// Effects: returns every empty chunk; while somebody iterates, or the pool grows, none.
  void shrink_to_fit() noexcept {
    reserved_ = 0;
    return_empty(0);
  }

  [[nodiscard]] bool invariant() const noexcept;

  /// Effects: from now on `retire(block)` runs before a block goes; it ends the objects
  ///   that are kept there.
  void set_retire(void (*retire)(block_type&) noexcept) noexcept requires Keeps {
    retire_ = retire;
  }

  [[nodiscard]] pool_memory& memory() noexcept { return memory_; }
  [[nodiscard]] const pool_memory& memory() const noexcept { return memory_; }

 private:
  // While one is alive no chunk is returned.
  class pin {
   public:
    explicit pin(growing_store& store) noexcept : store_(store) { ++store_.pins_; }
    ~pin() {
      if (--store_.pins_ != 0 || store_.retain_ == SIZE_MAX) return;
      store_.return_empty(store_.retain_);
      store_.send_takes_elsewhere();
    }
    pin(const pin&) = delete;
    pin& operator=(const pin&) = delete;

   private:
    growing_store& store_;
  };

  // While one is alive no chunk is returned either: whoever asks for memory may be
  // interrupted by a pressure handler, which may release objects and shrink the pool.
  class request {
   public:
    explicit request(growing_store& store) noexcept : store_(store) { ++store_.requests_; }
    ~request() { --store_.requests_; }
    request(const request&) = delete;
    request& operator=(const request&) = delete;

   private:
    growing_store& store_;
  };

  // Requires: a slot that was opened begins there.
  template <bool Checked>
  [[nodiscard]] place begin_release_in(const void* object) noexcept {
    chunk* const of = chunk::of(object);
    if constexpr (shares) {
      return of->block.template begin_release<Checked>(object, free_);
    } else {
      return of->block.template begin_release<Checked>(object) == nullptr ? nullptr : of;
    }
  }

  // What take does before it must look further, and what it does before it grows.
  [[nodiscard]] std::byte* take_free() noexcept;
  [[nodiscard]] std::byte* take_known() noexcept;

  [[nodiscard]] bool make_room_for(std::size_t slots) noexcept;
  void count_used() noexcept;
  [[nodiscard]] bool is_sound(const chunk& of) const noexcept;
  void send_takes_elsewhere() noexcept;
  void count_taken(const std::byte* slot) noexcept;
  [[nodiscard]] static std::size_t taken_of(const chunk& of) noexcept {
    if constexpr (shares) {
      return of.block.opened();
    } else {
      return of.block.used();
    }
  }
  [[gnu::noinline, gnu::cold]] void count_released(chunk& of) noexcept;
  void forget_slots(const chunk& gone) noexcept;

  template <class Prepare>
  [[nodiscard, gnu::noinline]] std::byte* take_slow(Prepare&& prepare);
  template <class Prepare>
  [[nodiscard]] bool grow(Prepare&& prepare);
  template <class Prepare>
  [[nodiscard]] bool add_all(std::size_t slots, Prepare&& prepare);
  template <class Prepare>
  [[nodiscard]] bool add_chunk(std::size_t slots, Prepare&& prepare);
  template <class Prepare>
  [[nodiscard]] bool enter(chunk& added, Prepare&& prepare);

  [[gnu::noinline]] void relist_or_return(chunk& of, bool is_empty) noexcept;
  void return_empty(std::size_t retain) noexcept;
  void return_chunk(chunk& gone) noexcept;
  void discard(chunk& gone) noexcept;

  [[nodiscard]] bool may_return(const chunk& empty, std::size_t retain) const noexcept {
    const std::size_t left = capacity_ - empty.block.capacity();
    return left >= reserved_ && left - size() >= retain;
  }

  pool_memory memory_;
  // Mutable because const functions set its seal, and nothing else.
  [[no_unique_address]] mutable std::conditional_t<shares, common_free_set, no_common_set> free_;
  chunk_table<chunk> table_;
  // Whether chunks know how many of their slots are used; those with a strategy do so
  // anyway. With a common set they need it to be returned as they become empty. The
  // straight path does not ask: such a pool has no chunks in the table, and a seal lies
  // on its common set, but while somebody iterates, after which all is counted anew.
  bool counts_used_ = false;
  chunk none_;             // has no slots, so that take needs no test for an empty ring
  std::size_t taken_ = 0;  // slots that live; with a common set, that were ever taken
  std::size_t peak_ = 0;   // of taken_, before chunks went
  std::size_t capacity_ = 0;
  std::size_t reserved_ = 0;
  std::size_t growths_ = 0;
  std::size_t held_bytes_ = 0;
  std::size_t pins_ = 0;
  std::size_t requests_ = 0;  // for memory, that were begun
  std::size_t refused_bytes_ = 0;
  void* pool_ = nullptr;

  void (*retire_)(block_type&) noexcept = nullptr;

  chunk_directory directory_;
  pool_growth growth_;
  std::size_t alignment_;
  std::size_t chunk_slots_;
  std::size_t maximum_;
  std::size_t retain_;
};

}  // namespace strata::detail

#include <strata/pool/detail/growing_store_inline.hpp>
