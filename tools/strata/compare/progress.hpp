// How far a comparison is, on stderr when that is a terminal.
#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>

#include "look.hpp"

namespace strata::tool::compare {

class progress {
 public:
  // `total` runs; silent unless `shown`.
  progress(std::size_t total, bool shown);
  ~progress();
  progress(const progress&) = delete;
  progress& operator=(const progress&) = delete;

  void begin(std::string_view what) const;  // the next run
  void advance(std::size_t runs = 1);

 private:
  [[nodiscard]] double seconds_left() const;

  std::size_t total_;
  std::size_t done_ = 0;
  bool shown_;
  look look_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

}  // namespace strata::tool::compare
