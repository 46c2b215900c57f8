// What an object heap is, whatever it counts with: free lists by size, chunks, dead
// objects that wait to end, weak records, and what other threads sent. Not for programs.
//
//   take         inline: the head of the size's list        [each object]
//     take_slow    mail, dead objects, the rest of a chunk, a new chunk
//   release      back to the list of its chunk; inline in strata/object/ref.hpp
//   end          the last reference is gone, on any thread
//     post_dead    to the heap's thread
//     drain        finalise, drop, release; until nothing waits, or the step is over
//
// One thread at a time uses a heap, its owner; `end`, what begins with post_, and weak
// references of threaded counting may be used by others. What they share is below mutex_.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <string_view>
#include <vector>

#include <strata/base/detail/poison.hpp>
#include <strata/object/detail/object_chunk.hpp>
#include <strata/object/detail/object_counts.hpp>
#include <strata/object/detail/object_weak.hpp>
#include <strata/object/object_heap_options.hpp>
#include <strata/pool/detail/pool_memory.hpp>

namespace strata::detail {

enum class counting_kind : std::uint8_t { plain, atomic, biased };

class object_core {
 public:
  object_core(counting_kind counting, const object_heap_options& options);
  ~object_core();
  object_core(const object_core&) = delete;
  object_core& operator=(const object_core&) = delete;

  // -- Memory ----------------------------------------------------------------------

  /// Returns: a block for an object of that class, with one reference and without type;
  ///   nullptr when the upstream or the account refuses.
  [[nodiscard, gnu::always_inline]] inline object_header* take(std::size_t index, std::size_t bytes,
                                                               std::size_t alignment) noexcept {
    if (index < object_classes && lists_[index] != no_free_block) [[likely]] {
      object_header& header = pop_free(lists_[index]);
      begin(header, bytes);
      return &header;
    }
    return take_slow(index, bytes, alignment);
  }

  /// Returns: an object, all of it unwritten but the header, with one reference; nullptr
  ///   when the upstream or the account refuses.
  [[nodiscard]] void* try_allocate(const object_type& type, std::size_t bytes) noexcept;

  /// Effects: the block can be used again. Nothing else of the object is looked at.
  static void release(object_header& header) noexcept;

  /// Returns: the heap of an object.
  [[nodiscard]] static object_core& home_of(object_header& header) noexcept {
    const bool alone = (flags_of(header) & object_alone) != 0;
    return alone ? *alone_of(header).home : *chunk_of(header).home;
  }

  // -- Ends ------------------------------------------------------------------------

  /// Effects: what follows when the last reference to an object is gone: now, with the
  ///   next steps, or on the thread of its heap.
  static void end(object_header& header) noexcept;

  /// Effects: ends up to so many objects that wait; not within another step. Those that
  ///   ended before count for the longest step only.
  void drain(std::size_t objects_max, std::size_t ended_before = 0) noexcept;
  [[nodiscard]] std::size_t pending() const noexcept { return pending_count_; }

  /// Effects: asks the owner to merge the counts of an object, which holds `object_posted`.
  static void post_unmerged(object_header& header) noexcept;

  /// Returns: whether an object ends right now, and may be half dropped.
  [[nodiscard]] bool is_draining() const noexcept { return is_draining_; }

  /// Effects: deals with what other threads sent.
  void take_mail() noexcept;

  // -- The whole ---------------------------------------------------------------------

  /// Effects: ends every object at once, without `drop`. Memory is kept.
  void clear() noexcept;
  /// Effects: gives chunks without objects back. Returns: how many bytes.
  std::size_t purge() noexcept;
  /// Effects: the calling thread is the owner.
  void adopt() noexcept;
  [[nodiscard]] bool is_owner() const noexcept {
    return owner_.load(std::memory_order_relaxed) == this_thread_token();
  }

  /// Effects: calls `visit(header)` for each object that lives or waits to end.
  template <class Visitor>
  void for_each(Visitor&& visit) const;

  [[nodiscard]] object_heap_statistics statistics() const noexcept;
  [[nodiscard]] std::vector<object_type_statistics> types() const;

  [[nodiscard]] counting_kind counting() const noexcept { return counting_; }
  [[nodiscard]] const pool_memory& memory() const noexcept { return memory_; }
  [[nodiscard]] std::string_view name() const noexcept { return name_; }
  [[noreturn, gnu::cold]] void refuse(std::size_t bytes) const;

  // -- Weak references ---------------------------------------------------------------

  /// Returns: what stands for the object, with one more reference to it; nullptr when
  ///   there is no memory for it.
  /// Requires: the owner, or that there are weak references to the object already.
  [[nodiscard]] static weak_record* observe(object_header& header) noexcept;

  /// Returns: the object, with one more reference to it; nullptr when it is dead.
  [[nodiscard]] static void* try_add_observed(weak_record& record) noexcept;

  // -- For a cycle collector ------------------------------------------------------------

  /// Effects: weak references forget the object, and its count ends nothing any more.
  ///   Who calls this runs `drop` and releases it.
  static void condemn(object_header& header) noexcept;

  /// Called before new memory becomes objects: about how much, in bytes. It may end
  /// objects of the heap, and must not let an exception out.
  using growth_callback = void(void* context, std::size_t bytes) noexcept;
  void on_growth(growth_callback* call, void* context) noexcept {
    growth_ = call;
    growth_context_ = context;
  }
  /// The collector of this heap, or whatever else goes with it.
  [[nodiscard]] void* companion() const noexcept { return companion_; }
  void set_companion(void* companion) noexcept { companion_ = companion; }

 private:
  [[gnu::noinline]] object_header* take_slow(std::size_t index, std::size_t bytes,
                                             std::size_t alignment) noexcept;
  object_header* take_alone(std::size_t bytes, std::size_t alignment) noexcept;
  object_header* take_bumped(std::size_t bytes, std::size_t alignment) noexcept;
  void grow_by(std::size_t bytes) noexcept;
  [[nodiscard]] bool carve(std::size_t index) noexcept;
  object_chunk* add_chunk(std::size_t stride, std::uintptr_t* list) noexcept;
  [[gnu::always_inline]] static void begin(object_header& header, std::size_t bytes) noexcept {
    header.count = 1;
    header.flags = 0;
    unpoison(object_of(header), bytes);
  }
  void release_alone(object_header& header) noexcept;
  void give_back(object_chunk& chunk) noexcept;
  [[nodiscard]] bool condemn_free_chunks() noexcept;
  std::size_t give_condemned_back() noexcept;

  void end_here(object_header& header) noexcept;
  void post_dead(object_header& header) noexcept;
  void prepare_end(object_header& header) noexcept;
  void make_pending(object_header& header) noexcept;
  [[nodiscard]] object_header& take_pending() noexcept;
  void end_one(object_header& header) noexcept;
  [[nodiscard]] bool comes_back(object_header& header) noexcept;
  void revive(object_header& header) noexcept;
  [[nodiscard]] weak_record& observe_again(object_header& header) noexcept;
  [[nodiscard]] weak_record* observe_first(object_header& header) noexcept;
  [[nodiscard]] weak_buckets enter(weak_record& record, object_header& observed,
                                   weak_buckets room) noexcept;
  void forget(object_header& header) noexcept;
  /// Returns: whether it is a record that only the object which it stands for keeps.
  [[nodiscard]] bool is_unwatched_record(const object_header& header) const noexcept;
  void merge_posted(object_chunk& chunk, const chunk_bits& posted) noexcept;
  [[nodiscard]] object_chunk* next_mailed(chunk_bits& posted) noexcept;
  void expect_nothing_alive() const noexcept;

  void add(object_header& header) const noexcept;
  [[nodiscard]] bool subtract(object_header& header) const noexcept;
  [[nodiscard]] std::unique_lock<std::mutex> lock_if_threaded() noexcept;

  std::uintptr_t lists_[object_classes];
  object_header* pending_ = nullptr;
  std::size_t pending_count_ = 0;
  std::size_t step_objects_;
  std::uint64_t step_longest_ = 0;
  std::atomic<std::uintptr_t> owner_;
  counting_kind counting_;
  object_memory mode_;
  bool discards_;
  bool is_draining_ = false;

  object_chunk* chunks_ = nullptr;
  object_chunk* current_[object_classes] = {};  // with blocks that were never used
  object_chunk* bumped_ = nullptr;
  std::uintptr_t sink_ = no_free_block;  // where blocks of bumped chunks go, and stay
  alone_record* alone_ = nullptr;
  std::size_t alone_bytes_ = 0;
  std::size_t chunk_count_ = 0;

  growth_callback* growth_ = nullptr;
  void* growth_context_ = nullptr;
  void* companion_ = nullptr;
  object_weak_table weak_;
  pool_memory memory_;
  char name_[64] = {};

  std::atomic<bool> has_mail_{false};
  std::mutex mutex_;
  object_header* mail_dead_ = nullptr;
  object_chunk* mail_chunks_ = nullptr;
};

template <class Visitor>
void object_core::for_each(Visitor&& visit) const {
  for (alone_record* record = alone_; record != nullptr;) {
    alone_record* const next = record->next;
    auto& header = *reinterpret_cast<object_header*>(record + 1);
    if (!is_free(header)) visit(header);
    record = next;
  }
  for (object_chunk* chunk = chunks_; chunk != nullptr; chunk = chunk->next) {
    for_each_block(*chunk, [&](object_header& header) {
      if (!is_free(header)) visit(header);
    });
  }
}

}  // namespace strata::detail
