// The free slots of all chunks of a growing pool in one set, whose cells are taken from
// the pool's memory and grow with it. Not for programs.
//
// What was released last serves next, whichever chunk it belongs to. A chunk can go
// all the same: each of its slots knows its cell.
#pragma once

#include <cstddef>

#include <strata/pool/detail/free_set.hpp>
#include <strata/pool/detail/pool_memory.hpp>

namespace strata::detail {

class common_free_set : public free_set {
 public:
  explicit common_free_set(pool_memory& memory) noexcept : memory_(&memory) { open(none_, 0); }
  ~common_free_set();

  common_free_set(const common_free_set&) = delete;
  common_free_set& operator=(const common_free_set&) = delete;

  /// Returns: whether there is room for so many slots now. Asks for twice what it had,
  ///   so that many small steps cost little.
  [[nodiscard]] bool make_room(std::size_t slots) noexcept;

  /// Effects: gives back what more than so many slots do not need, if it is much.
  void trim(std::size_t slots) noexcept;

  [[nodiscard]] std::size_t held_bytes() const noexcept { return bytes_for(room_); }

 private:
  [[nodiscard]] bool move(std::size_t slots) noexcept;
  [[nodiscard]] static constexpr std::size_t bytes_for(std::size_t slots) noexcept {
    return slots == 0 ? 0 : cells_for(slots) * cell_bytes;
  }
  void give_back(std::byte** cells) noexcept;

  pool_memory* memory_;
  std::byte* none_[cells_for(0)] = {};
  std::size_t room_ = 0;  // slots that there are cells for, taken from memory
};

}  // namespace strata::detail
