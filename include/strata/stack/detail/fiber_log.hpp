// What is said about fibers' memory while it is used. Not for programs.
#pragma once

#include <cstdint>
#include <string_view>

#include <strata/stack/fiber_memory_config.hpp>
#include <strata/stack/fiber_memory_statistics.hpp>

namespace strata::detail {

class fiber_log {
 public:
  explicit fiber_log(const fiber_memory_config& config) noexcept
      : level_(config.log_level), write_(config.log), context_(config.log_context) {}

  [[nodiscard]] bool says(fiber_log_level what) const noexcept { return level_ >= what; }

  /// Effects: says that requests were refused since the last call, if any were; with
  ///   `worked`, the figures at the level for that.
  void tick(const fiber_memory_statistics& now, bool worked) noexcept;
  /// Effects: says `what` happens to the memory, with its figures.
  void figures(std::string_view what, const fiber_memory_statistics& now) const noexcept;

 private:
  void say(std::string_view line) const noexcept;

  fiber_log_level level_;
  fiber_log_function* write_;
  void* context_;
  std::uint64_t refused_ = 0;
};

}  // namespace strata::detail
