#include "memory.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>

namespace memory {
namespace {

constexpr std::uint64_t step = 0x9e3779b97f4a7c15ULL;

// Read without stdio, which allocates. Field 0 is the address space, 1 resident.
std::size_t statm_pages(int field) {
  char text[128] = {};
  const int file = ::open("/proc/self/statm", O_RDONLY | O_CLOEXEC);
  if (file < 0) std::abort();
  const ssize_t length = ::read(file, text, sizeof text - 1);
  ::close(file);
  unsigned long pages[2] = {};
  if (length <= 0 || std::sscanf(text, "%lu %lu", &pages[0], &pages[1]) != 2) std::abort();
  return pages[field];
}

std::size_t page_bytes() { return static_cast<std::size_t>(::sysconf(_SC_PAGESIZE)); }

}  // namespace

void fill(void* block, std::size_t size, std::uint64_t seed) {
  auto* at = static_cast<unsigned char*>(block);
  std::uint64_t word = seed * step + 1;
  for (; size >= sizeof word; size -= sizeof word, at += sizeof word, word += step) {
    std::memcpy(at, &word, sizeof word);
  }
  std::memcpy(at, &word, size);
}

bool intact(const void* block, std::size_t size, std::uint64_t seed) {
  const auto* at = static_cast<const unsigned char*>(block);
  std::uint64_t word = seed * step + 1;
  for (; size >= sizeof word; size -= sizeof word, at += sizeof word, word += step) {
    if (std::memcmp(at, &word, sizeof word) != 0) return false;
  }
  return std::memcmp(at, &word, size) == 0;
}

bool all_zero(const void* block, std::size_t size) {
  const auto* at = static_cast<const unsigned char*>(block);
  return size == 0 || (*at == 0 && std::memcmp(at, at + 1, size - 1) == 0);
}

std::size_t resident_bytes() { return statm_pages(1) * page_bytes(); }

std::size_t address_space_bytes() { return statm_pages(0) * page_bytes(); }

}  // namespace memory
