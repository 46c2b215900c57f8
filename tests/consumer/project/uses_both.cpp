// A program that uses the library and runs on its malloc, both linked statically: one
// copy of what they share, so that malloc can be redirected into the library's heap.
#include <strata/context/malloc_scope.hpp>
#include <strata/heap/heap.hpp>

#include <cstdlib>

int main() {
  strata::heap into({.name = "into"});
  void* block = nullptr;
  {
    const strata::malloc_scope scope(into);
    block = std::malloc(100);
  }
  const bool there = into.owns(block);
  std::free(block);
  return there ? 0 : 1;
}
