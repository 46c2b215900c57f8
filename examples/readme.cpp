// A heap with a name and a limit, and a standard container that lives in it.
#include <iostream>
#include <memory_resource>
#include <strata/heap/heap.hpp>
#include <vector>

int main() {
  strata::heap heap{{.name = "assets", .limit = 64 << 20}};
  std::pmr::vector<int> numbers(1'000'000, &heap);
  std::cout << heap.account().usage() << " bytes held by assets\n";
}
