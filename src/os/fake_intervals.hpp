// A set of addresses, as disjoint, non-adjacent half-open intervals: what the
// fake system knows about ranges of any size without a table of pages.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <map>

namespace strata::os {

class interval_set {
 public:
  void add(std::uintptr_t begin, std::uintptr_t end) {
    if (begin >= end) return;
    auto at = first_touching(begin);
    while (at != intervals_.end() && at->first <= end) {
      begin = std::min(begin, at->first);
      end = std::max(end, at->second);
      at = intervals_.erase(at);
    }
    intervals_.emplace(begin, end);
  }

  void remove(std::uintptr_t begin, std::uintptr_t end) {
    if (begin >= end) return;
    auto at = first_touching(begin);
    while (at != intervals_.end() && at->first < end) {
      const auto [low, high] = *at;
      at = intervals_.erase(at);
      if (low < begin) intervals_.emplace(low, std::min(high, begin));
      if (high > end) at = intervals_.emplace(std::max(low, end), high).first;
    }
  }

  // True when every address of [begin, end) is in the set.
  [[nodiscard]] bool contains(std::uintptr_t begin, std::uintptr_t end) const {
    const auto after = intervals_.upper_bound(begin);
    if (after == intervals_.begin()) return false;
    return std::prev(after)->second >= end;
  }

  // True when any address of [begin, end) is in the set.
  [[nodiscard]] bool intersects(std::uintptr_t begin, std::uintptr_t end) const {
    const auto after = intervals_.lower_bound(end);
    return after != intervals_.begin() && std::prev(after)->second > begin;
  }

  [[nodiscard]] std::size_t bytes() const {
    std::size_t total = 0;
    for (const auto& [begin, end] : intervals_) total += end - begin;
    return total;
  }

  [[nodiscard]] auto begin() const { return intervals_.begin(); }
  [[nodiscard]] auto end() const { return intervals_.end(); }

 private:
  // The first interval that ends at or after `address`.
  [[nodiscard]] std::map<std::uintptr_t, std::uintptr_t>::iterator first_touching(
      std::uintptr_t address) {
    auto at = intervals_.upper_bound(address);
    if (at != intervals_.begin() && std::prev(at)->second >= address) --at;
    return at;
  }

  std::map<std::uintptr_t, std::uintptr_t> intervals_;
};

}  // namespace strata::os
