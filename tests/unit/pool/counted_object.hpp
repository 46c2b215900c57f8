// An object that knows how many of its kind live, and may refuse to be made.
#pragma once

#include <stdexcept>

namespace strata::test {

struct counted_object {
  static inline int live = 0;

  explicit counted_object(int initial = 0, bool refuse = false) : value(initial) {
    if (refuse) throw std::runtime_error("refused");
    ++live;
  }
  counted_object(const counted_object&) = delete;
  counted_object& operator=(const counted_object&) = delete;
  ~counted_object() { --live; }

  int value;
};

}  // namespace strata::test
