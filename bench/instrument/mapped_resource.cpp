#include "instrument/mapped_resource.hpp"

#include <sys/mman.h>

#include <new>

namespace strata::bench {

void* mapped_resource::do_allocate(std::size_t bytes, std::size_t /*at most a page*/) {
  void* const block = ::mmap(nullptr, bytes == 0 ? 1 : bytes, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (block == MAP_FAILED) throw std::bad_alloc();
  return block;
}

void mapped_resource::do_deallocate(void* block, std::size_t bytes, std::size_t /*alignment*/) {
  ::munmap(block, bytes == 0 ? 1 : bytes);
}

}  // namespace strata::bench
