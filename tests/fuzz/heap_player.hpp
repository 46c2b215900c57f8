// Plays the operations of a fuzz input on real heaps and on a model of them, and
// throws at the first difference, naming the operation.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "fuzz/heap_under_test.hpp"
#include "fuzz/operation.hpp"
#include "support/shadow_block.hpp"

namespace strata::test {

class heap_player {
 public:
  heap_player();

  // Throws std::runtime_error.
  void play(std::span<const std::uint8_t> input);

 private:
  struct held_block : shadow_block {
    std::size_t heap = 0;
  };

  // Beyond this many bytes alive, requests are made small.
  static constexpr std::size_t bytes_max = std::size_t{64} << 20;
  static constexpr std::size_t sizes_impossible = SIZE_MAX / 2;
  static constexpr std::size_t threads_max = 16;  // per input: they are slow

  void perform(const operation& what);
  void require(bool ok, const char* expectation) const;
  [[nodiscard]] std::size_t affordable(std::size_t size) const;

  template <class Allocate>
  void allocate(const operation& what, bool zeroed, std::size_t alignment, Allocate allocate_block);
  void keep(std::size_t slot, void* memory, std::size_t size, std::size_t alignment,
            std::size_t heap);
  void reallocate(const operation& what);
  void try_expand(const operation& what);
  template <class Deallocate>
  void deallocate(const operation& what, Deallocate deallocate_block);
  void on_other_thread(const operation& what);
  void forget(std::size_t heap);
  void compare();
  void end();

  [[nodiscard]] std::vector<const void*> live(std::size_t heap);
  [[nodiscard]] std::vector<const void*> modelled(std::size_t heap) const;

  std::array<heap_under_test, operation::heap_count> heaps_;
  std::array<held_block, operation::slot_count> slots_{};
  std::vector<const void*> foreign_;  // what lived in the process heap before
  std::size_t bytes_ = 0;
  std::size_t threads_ = 0;
  std::uint64_t seed_ = 0;
  operation current_{};
};

}  // namespace strata::test
