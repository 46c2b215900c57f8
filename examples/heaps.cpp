// A heap of one's own: named, limited, looked into, and dropped as a whole.
#include <strata/base/error.hpp>
#include <strata/heap/heap.hpp>

#include <cstdio>
#include <memory_resource>
#include <string>
#include <vector>

int main() {
  strata::heap documents({.name = "documents", .limit = 16 << 20});

  // Standard containers take it as a std::pmr::memory_resource.
  std::pmr::vector<std::pmr::string> lines(&documents);
  for (int i = 0; i < 1000; ++i) lines.emplace_back(100, 'x');

  // Plain memory, aligned; nullptr when refused.
  void* const page = documents.try_allocate(4096, 4096);
  if (page == nullptr) return 1;
  documents.deallocate(page, 4096, 4096);

  std::size_t blocks = 0;
  documents.walk([&](void*, std::size_t) { ++blocks; });
  const strata::heap_statistics now = documents.statistics();
  std::printf("%zu blocks, %zu of %zu bytes live\n", blocks, now.live, now.held);

  // Beyond the limit, an exception names the account.
  try {
    documents.deallocate(documents.allocate(32 << 20), 32 << 20);
  } catch (const strata::out_of_memory& refusal) {
    std::puts(refusal.what());
  }
  return documents.verify() ? 0 : 1;
}
