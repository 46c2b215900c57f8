#include "trace/recorder/next_malloc.hpp"

#include <dlfcn.h>

#include <array>
#include <atomic>
#include <cstdint>
#include <cstdlib>

#include "trace/recorder/message.hpp"

namespace strata::trace {
namespace {

enum class stage : std::uint8_t { unknown, searching, found };

constinit std::atomic<stage> search{stage::unknown};
constinit malloc_functions functions{};

constexpr std::size_t early_bytes = std::size_t{64} << 10;
alignas(16) constinit std::array<char, early_bytes> early_buffer{};
constinit std::atomic<std::size_t> early_used{0};

template <class Function>
void find(Function*& function, const char* name) noexcept {
  function = reinterpret_cast<Function*>(::dlsym(RTLD_NEXT, name));
  if (function == nullptr) {
    say({"no library after this one defines ", name});
    std::abort();
  }
}

[[gnu::cold]] const malloc_functions* search_them() noexcept {
  stage expected = stage::unknown;
  if (!search.compare_exchange_strong(expected, stage::searching)) return nullptr;
  find(functions.malloc, "malloc");
  find(functions.calloc, "calloc");
  find(functions.realloc, "realloc");
  find(functions.memalign, "memalign");
  find(functions.posix_memalign, "posix_memalign");
  find(functions.aligned_alloc, "aligned_alloc");
  find(functions.free, "free");
  search.store(stage::found, std::memory_order_release);
  return &functions;
}

}  // namespace

const malloc_functions* next_malloc() noexcept {
  if (search.load(std::memory_order_acquire) == stage::found) [[likely]]
    return &functions;
  return search_them();
}

void* early_allocate(std::size_t bytes) noexcept {
  if (bytes > early_bytes) bytes = early_bytes + 1;
  const std::size_t rounded = (bytes + 15) & ~std::size_t{15};
  const std::size_t at = early_used.fetch_add(rounded, std::memory_order_relaxed);
  if (at + rounded > early_bytes) {
    say({"the search for the next malloc allocated too much"});
    std::abort();
  }
  return early_buffer.data() + at;
}

bool is_early(const void* block) noexcept {
  return reinterpret_cast<std::uintptr_t>(block) -
             reinterpret_cast<std::uintptr_t>(early_buffer.data()) <
         early_bytes;
}

std::size_t early_readable(const void* block) noexcept {
  return early_bytes -
         static_cast<std::size_t>(static_cast<const char*>(block) - early_buffer.data());
}

}  // namespace strata::trace
