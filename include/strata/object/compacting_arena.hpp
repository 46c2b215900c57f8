// Objects of any types and sizes that move together, so that what was freed between
// them comes back as whole chunks. Who refers to an object holds a key.
//
//   strata::compacting_arena documents({.name = "documents"});
//   strata::key<paragraph> first = documents.make<paragraph>("once");
//   documents.at(first).append(" upon a time");
//   while (idle()) documents.compact_step();     // bounded: some 64 KiB of copying
//   strata::pinned<paragraph> shown = documents.pin(first);   // stays until shown ends
//
// It is no std::pmr::memory_resource: a resource's blocks stay where they are. The
// guide: docs/guide/compacting-arenas.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include <strata/account/account.hpp>
#include <strata/base/detail/construct.hpp>
#include <strata/base/detail/diagnosis.hpp>
#include <strata/object/compacting_arena_options.hpp>
#include <strata/object/detail/moving_store.hpp>
#include <strata/object/relocation.hpp>
#include <strata/pool/key.hpp>

namespace strata {

template <class T>
class pinned;

/// Owns its objects: erase, clear and the destructor end them. For one thread at a time.
/// What find, at and the size of a block lead to is valid until the next step of a
/// compaction; a pin makes it valid as long as the pin is held. Under AddressSanitizer a
/// place that an object left, or died in, is poisoned.
class compacting_arena {
 public:
  /// The work of a step that is not told how much: some tens of microseconds.
  static constexpr std::size_t default_step = std::size_t{64} << 10;

  /// Effects: makes an empty arena, with an account, and one below it for the keys.
  /// Throws: out_of_memory if the system refuses memory for the account.
  explicit compacting_arena(const compacting_arena_options& options = {}) : store_(options) {}

  /// Effects: as clear.
  /// Requires: nothing is pinned. The program ends with a diagnosis when something is.
  ~compacting_arena() { check_unpinned(); }

  compacting_arena(const compacting_arena&) = delete;
  compacting_arena& operator=(const compacting_arena&) = delete;

  // -- Objects -----------------------------------------------------------------

  /// Returns: the key of a new object. No other object had it, nor will have it.
  /// Throws: out_of_memory, which names the arena, if a limit, the system or the upstream
  ///   refuses; what the constructor throws. Then nothing has changed. The constructor
  ///   may use the arena.
  /// Complexity: constant; a look at eight holes and a request to the upstream when the
  ///   current chunk has no room; the table of keys doubles now and then.
  template <relocatable T, class... Args>
  [[nodiscard]] key<T> make(Args&&... args) {
    construction<T> made(store_);
    if (!made) [[unlikely]] {
      store_.refuse(sizeof(T));
    }
    return made.run(std::forward<Args>(args)...);
  }

  /// Returns: as make; the key of nothing where memory is refused.
  template <relocatable T, class... Args>
  [[nodiscard]] key<T> try_make(Args&&... args) {
    construction<T> made(store_);
    return made ? made.run(std::forward<Args>(args)...) : key<T>{};
  }

  /// Returns: the key of at least `bytes` bytes of whatever contents, moved and ended as
  ///   `type` says.
  /// Requires: an alignment of `type` that is a power of two, at most 64. The program ends
  ///   with a diagnosis when it is not.
  /// Throws: as make.
  [[nodiscard]] key<void> allocate(std::size_t bytes,
                                   const relocation& type = relocation_of_bytes<16>);

  /// Returns: as allocate; the key of nothing where memory is refused.
  [[nodiscard]] key<void> try_allocate(std::size_t bytes,
                                       const relocation& type = relocation_of_bytes<16>) noexcept;

  /// Returns: the object; nullptr when it was erased, and for the key of nothing.
  /// Complexity: constant: two comparisons.
  template <class T>
  [[nodiscard]] T* find(key<T> of) noexcept {
    return static_cast<T*>(store_.table().find(of.index(), of.generation()));
  }
  template <class T>
  [[nodiscard]] const T* find(key<T> of) const noexcept {
    return static_cast<const T*>(store_.table().find(of.index(), of.generation()));
  }
  template <class T>
  [[nodiscard]] bool contains(key<T> of) const noexcept {
    return find(of) != nullptr;
  }

  /// Returns: the object.
  /// Requires: it was not erased. The program ends with a diagnosis otherwise.
  template <class T>
  [[nodiscard]] T& at(key<T> of) noexcept {
    return *static_cast<T*>(live(of.index(), of.generation()));
  }

  /// Returns: the bytes of the object's place: at least what was asked for.
  /// Requires: as at.
  template <class T>
  [[nodiscard]] std::size_t bytes(key<T> of) noexcept {
    return detail::moving_block::of(live(of.index(), of.generation())).object_bytes();
  }

  /// Effects: destroys the object. Its key leads to nothing before the destructor runs.
  /// Requires: it is not pinned. The program ends with a diagnosis when it is.
  /// Returns: whether there was one.
  template <class T>
  bool erase(key<T> of) noexcept {
    return erase_at(of.index(), of.generation());
  }

  /// Effects: erases everything. Keys of before stay stale.
  /// Requires: nothing is pinned, as erase.
  void clear() noexcept {
    check_unpinned();
    store_.clear();
  }

  // -- Compaction ----------------------------------------------------------------

  /// Effects: goes on with a pass, or begins one. A pass lets every object that is not
  ///   pinned slide to the front, and returns the chunks that become empty. Between steps
  ///   anything may be made, erased and pinned.
  /// Returns: what was done: work until it reached `work` bytes, which what is copied
  ///   counts for, and 64 bytes for each block and each hole that is met. More than that
  ///   by at most one object: an eighth of a chunk.
  compaction_progress compact_step(std::size_t work = default_step) noexcept {
    return store_.step(work);
  }

  /// Effects: a whole pass from the beginning, whether one is under way or not.
  compaction_progress compact() noexcept {
    store_.restart();
    return store_.step(SIZE_MAX);
  }

  /// Returns: a guard. The object does not move while it exists, and may have several.
  /// Requires: as at. The guard ends before the arena.
  template <class T>
  [[nodiscard]] pinned<T> pin(key<T> of) noexcept {
    return pinned<T>(store_, of.index(), live(of.index(), of.generation()));
  }

  // -- Looking inside ------------------------------------------------------------

  [[nodiscard]] std::size_t size() const noexcept { return store_.table().live(); }
  [[nodiscard]] bool empty() const noexcept { return size() == 0; }
  [[nodiscard]] compacting_arena_statistics statistics() const noexcept {
    return store_.statistics();
  }
  /// Returns: the name from the options; "compacting arena" or "pool" without one.
  [[nodiscard]] std::string_view name() const noexcept { return store_.name(); }
  /// Returns: the account that is charged; nothing over an upstream without one.
  [[nodiscard]] std::optional<strata::account> account() const { return store_.account(); }
  /// Returns: whether the arena agrees with itself.
  /// Complexity: linear in all it holds.
  [[nodiscard]] bool verify() const noexcept { return store_.invariant(); }

 private:
  // An entry of the table and a block, which go back unless they are put to use.
  class [[nodiscard]] taken {
   public:
    taken(detail::moving_store& store, std::size_t bytes, const relocation& type) noexcept;
    ~taken() {
      if (block_ != nullptr) cancel();
    }
    taken(const taken&) = delete;
    taken& operator=(const taken&) = delete;

    explicit operator bool() const noexcept { return block_ != nullptr; }
    [[nodiscard]] std::byte* object() const noexcept { return block_->object(); }

    template <class T>
    key<T> use() noexcept {
      detail::moving_block& block = *std::exchange(block_, nullptr);
      const std::uint32_t generation = store_.table().use(index_, block.object());
      store_.table().note(index_) = 0;
      block.index = index_;
      return key<T>(index_, generation);
    }

   private:
    void cancel() noexcept;

    detail::moving_store& store_;
    std::uint32_t index_;
    detail::moving_block* block_ = nullptr;
  };

  template <class T>
  class construction : taken {
   public:
    static_assert(alignof(T) <= detail::moving_alignment_max, "an alignment of at most 64");
    explicit construction(detail::moving_store& store) noexcept
        : taken(store, sizeof(T), relocation_of<T>) {}
    using taken::operator bool;

    template <class... Args>
    key<T> run(Args&&... args) {
      detail::construct<T>(this->object(), std::forward<Args>(args)...);
      return this->template use<T>();
    }
  };

  [[nodiscard]] void* live(std::uint32_t index, std::uint32_t generation) noexcept {
    void* const object = store_.table().find(index, generation);
    if (object == nullptr) [[unlikely]] {
      detail::report_stale_key(index, generation);
    }
    return object;
  }
  bool erase_at(std::uint32_t index, std::uint32_t generation) noexcept;
  void check_unpinned() const noexcept;

  detail::moving_store store_;
};

/// Keeps an object of a compacting arena where it is, from construction to destruction.
/// Empty after it was moved from.
template <class T>
class pinned {
 public:
  pinned(pinned&& other) noexcept
      : store_(other.store_),
        index_(other.index_),
        object_(std::exchange(other.object_, nullptr)) {}
  pinned& operator=(pinned&& other) noexcept {
    pinned(std::move(other)).swap(*this);
    return *this;
  }
  ~pinned() { reset(); }

  /// Effects: lets go of the object.
  void reset() noexcept {
    if (std::exchange(object_, nullptr) == nullptr) return;
    --store_->table().note(index_);
    store_->count_pin(false);
  }
  void swap(pinned& other) noexcept {
    std::swap(store_, other.store_);
    std::swap(index_, other.index_);
    std::swap(object_, other.object_);
  }

  [[nodiscard]] T* get() const noexcept { return static_cast<T*>(object_); }
  [[nodiscard]] T* operator->() const noexcept { return get(); }
  [[nodiscard]] std::add_lvalue_reference_t<T> operator*() const noexcept { return *get(); }
  explicit operator bool() const noexcept { return object_ != nullptr; }

 private:
  friend class compacting_arena;
  pinned(detail::moving_store& store, std::uint32_t index, void* object) noexcept
      : store_(&store), index_(index), object_(object) {
    ++store.table().note(index);
    store.count_pin(true);
  }

  detail::moving_store* store_;
  std::uint32_t index_;
  void* object_;
};

}  // namespace strata
