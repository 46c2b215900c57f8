// Plays an input against a bump region, next to a model that knows which blocks live
// and what is in them. Any difference throws, and says at which operation.
//
// An operation is four bytes; every input means something:
//
//   byte 0   which operation
//   byte 1   which of the live blocks, or marks; alignment
//   2, 3     size
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <stdexcept>
#include <string>
#include <vector>

#include <strata/arena/bump_region.hpp>

namespace strata::test {

template <class Policy>
class bump_player {
 public:
  void play(std::span<const std::uint8_t> input) {
    for (; input.size() >= 4; input = input.subspan(4)) {
      const std::size_t size = input[2] + (input[3] & 7u) * std::size_t{256};
      perform(input[0] % 100, input[1], input[3] < 224 ? size % 100 : size);
      if (++step_ % 16 == 0) check_all();
    }
    check_all();
  }

 private:
  struct block {
    unsigned char* memory;
    std::size_t bytes;
    std::size_t alignment;
    unsigned char pattern;
  };
  struct mark {
    typename bump_region<Policy>::position place;
    std::size_t blocks;  // that were live then
  };

  void perform(unsigned operation, std::size_t which, std::size_t bytes) {
    if (operation < 60) return allocate(bytes, std::size_t{1} << which % 9);
    if (operation < 80 && !blocks_.empty()) return deallocate(which % blocks_.size());
    if (operation < 90 && !blocks_.empty()) return deallocate(blocks_.size() - 1);
    if (operation < 95) return marks_.push_back({region_.mark(), blocks_.size()});
    if (operation < 98 && !marks_.empty()) return rewind(which % marks_.size());
    if (operation == 99 && which % 4 == 0) reset();
  }

  void allocate(std::size_t bytes, std::size_t alignment) {
    auto* const memory = static_cast<unsigned char*>(region_.try_allocate(bytes, alignment));
    const std::size_t aligned = std::max(alignment, Policy::alignment);
    if (memory == nullptr) {
      const std::size_t lines = Policy::canaries ? 2 * detail::bump_lines::line_bytes + 16 : 0;
      const std::size_t needed =
          bytes + aligned + Policy::alignment + Policy::minimum_bytes + lines;
      return require(region_.remaining() < needed, "a refusal though there is room");
    }
    require(reinterpret_cast<std::uintptr_t>(memory) % aligned == 0, "an alignment");
    if constexpr (Policy::zeroing) {
      require(std::all_of(memory, memory + bytes, [](unsigned char c) { return c == 0; }),
              "zeroes");
    }
    blocks_.push_back({memory, bytes, alignment, static_cast<unsigned char>(step_ | 1)});
    std::memset(memory, blocks_.back().pattern, bytes);
  }

  void deallocate(std::size_t index) {
    const block ended = blocks_[index];
    check(ended);
    blocks_.erase(blocks_.begin() + static_cast<std::ptrdiff_t>(index));
    // A position stays good as long as what lay before it lives.
    while (!marks_.empty() && index < marks_.back().blocks) marks_.pop_back();
    region_.deallocate(ended.memory, ended.bytes, ended.alignment);
  }

  void rewind(std::size_t index) {
    blocks_.erase(blocks_.begin() + static_cast<std::ptrdiff_t>(marks_[index].blocks),
                  blocks_.end());
    region_.rewind(marks_[index].place);
    marks_.erase(marks_.begin() + static_cast<std::ptrdiff_t>(index), marks_.end());
    was_rewound_ = true;
  }

  void reset() {
    region_.reset();
    blocks_.clear();
    marks_.clear();
    was_rewound_ = false;
    require(region_.used() == 0, "a reset empties");
  }

  void check(const block& live) const {
    require(std::all_of(live.memory, live.memory + live.bytes,
                        [&](unsigned char c) { return c == live.pattern; }),
            "the contents of a block");
    require(live.bytes == 0 || region_.owns(live.memory), "the owner of a block");
  }

  void check_all() const {
    for (const block& live : blocks_) check(live);
    region_.validate();
    require(region_.used() + region_.remaining() == region_.capacity(), "a sum");
    require(region_.peak() >= region_.used(), "a peak");
    require(!blocks_.empty() || was_rewound_ || region_.used() == 0, "emptiness");
  }

  void require(bool holds, const char* what) const {
    if (!holds) throw std::logic_error("operation " + std::to_string(step_) + ": " + what);
  }

  bump_region<Policy> region_{40000};
  std::vector<block> blocks_;
  std::vector<mark> marks_;
  std::size_t step_ = 0;
  bool was_rewound_ = false;  // then dead blocks may count as live until the next reset
};

}  // namespace strata::test
