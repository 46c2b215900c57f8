// What a slab record's `owner` points to, whatever kind of heap it is: the base
// of every local heap (small and medium slabs) and of every heap (large
// blocks). A free that finds somebody else's block decides by it.
#pragma once

#include <atomic>
#include <cstdint>

namespace strata::core {

// Token of nobody: the local heap waits for a thread to adopt it.
inline constexpr std::uintptr_t token_orphan = 0;
// Token of a thread that did not survive fork: its structures may have been
// caught half-way through a change and are never used again.
inline constexpr std::uintptr_t token_ghost = 1;

class owner {
 public:
  constexpr explicit owner(bool synchronized) noexcept : synchronized_(synchronized) {}

  [[nodiscard]] std::uintptr_t token() const noexcept {
    return token_.load(std::memory_order_relaxed);
  }

  // False: a heap that one thread at a time uses, through its own calls only.
  [[nodiscard]] bool synchronized() const noexcept { return synchronized_; }

 protected:
  ~owner() = default;
  std::atomic<std::uintptr_t> token_{token_orphan};

 private:
  bool synchronized_;
};

}  // namespace strata::core
