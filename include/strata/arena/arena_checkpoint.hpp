// What is allocated in a scope ends with the scope.
//
//   strata::arena_checkpoint attempt(arena);
//   if (node* found = parse_expression(arena)) {
//     attempt.keep();
//     return found;
//   }
//   // else all that the attempt allocated ends here
#pragma once

#include <cstddef>
#include <span>
#include <utility>

#include <strata/base/detail/diagnosis.hpp>
#include <strata/base/detail/make_objects.hpp>

namespace strata {

/// Who may allocate in an arena while a checkpoint is open.
enum class arena_growth {
  anyones,  ///< everybody, and all of it ends at the rewind
  own,      ///< the checkpoint's own functions only: what somebody else allocated,
            ///< and would lose, ends the program with a diagnosis
};

/// A checkpoint of an arena that rewinds it at the end of its scope. Checkpoints
/// nest: one that ends before an inner one does makes that one end the program
/// with a diagnosis. The arena must outlive it.
///
/// With arena_growth::own, inner checkpoints do not count as foreign as long as
/// they rewind.
template <class Arena>
class arena_checkpoint {
 public:
  explicit arena_checkpoint(Arena& of, arena_growth allowed = arena_growth::anyones) noexcept
      : arena_(of), start_(of.checkpoint()), allowed_(allowed), expected_(of.allocated()) {}

  /// Effects: unless keep was called, ends all that was allocated since.
  ~arena_checkpoint() {
    if (!open_) return;
    rewind();
    arena_.forget(start_);
  }

  arena_checkpoint(const arena_checkpoint&) = delete;
  arena_checkpoint& operator=(const arena_checkpoint&) = delete;

  /// Effects: ends all that was allocated since the checkpoint, and goes on.
  /// Requires: the checkpoint is open.
  void rewind() noexcept {
    check_growth();
    arena_.rewind(start_);
    expected_ = arena_.allocated();
  }

  /// Effects: closes the checkpoint; what was allocated stays.
  /// Requires: as rewind.
  void keep() noexcept {
    arena_.forget(start_);
    open_ = false;
  }

  /// Returns: a block of the arena.
  /// Throws: what Arena::allocate throws.
  [[nodiscard]] void* allocate(std::size_t bytes,
                               std::size_t alignment = Arena::default_alignment) {
    return as_own([&] { return arena_.allocate(bytes, alignment); });
  }

  [[nodiscard]] void* try_allocate(std::size_t bytes,
                                   std::size_t alignment = Arena::default_alignment) noexcept {
    return as_own([&] { return arena_.try_allocate(bytes, alignment); });
  }

  /// Returns: a new object in the arena. Its constructor must not allocate there by
  ///   another way, if growth is the checkpoint's own.
  template <class T, class... Args>
  [[nodiscard]] T* make(Args&&... args) {
    return as_own([&] { return arena_.template make<T>(std::forward<Args>(args)...); });
  }

  template <class T>
  [[nodiscard]] std::span<T> make_array(std::size_t count) {
    return as_own([&] { return arena_.template make_array<T>(count); });
  }

 private:
  template <class Allocate>
  auto as_own(Allocate allocate) {
    check_growth();
    auto made = allocate();
    expected_ = arena_.allocated();
    return made;
  }

  void check_growth() const noexcept {
    if (allowed_ == arena_growth::own && arena_.allocated() > expected_) [[unlikely]] {
      detail::report_foreign_growth(arena_.name(), expected_, arena_.allocated());
    }
  }

  Arena& arena_;
  typename Arena::position start_;
  arena_growth allowed_;
  std::size_t expected_;
  bool open_ = true;
};

}  // namespace strata
