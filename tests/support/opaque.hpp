// Values that the compiler must take as they come: it knows what malloc and
// operator new do, folds impossible sizes and removes pairs it thinks useless.
#pragma once

namespace strata::test {

template <class T>
[[nodiscard]] T opaque(T value) noexcept {
  asm volatile("" : "+r"(value) : : "memory");
  return value;
}

}  // namespace strata::test
