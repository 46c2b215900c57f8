// A malloc with a bug, for suite_test.py: once, when the program is well on its
// way, it changes the first byte of a block in use, or gives a byte that is not
// zero where zeros were asked for.
#include <cstddef>

extern "C" {
void* __libc_malloc(std::size_t size);
void* __libc_calloc(std::size_t count, std::size_t size);
void* __libc_realloc(void* block, std::size_t size);
void __libc_free(void* block);
}

namespace {

// What comes before is the start of the program, which would crash instead of
// telling. Only workloads of one thread run on this, so nothing here is locked.
constexpr unsigned spared_requests = 5000;
unsigned requests = 0;
bool has_struck = false;
char* last = nullptr;  // the block handed out last, while it is in use

void strike(char* byte) {
  if (byte == nullptr || has_struck || ++requests < spared_requests) return;
  *byte ^= 0x55;
  has_struck = true;
}

void* remember(void* block) { return last = static_cast<char*>(block); }

}  // namespace

extern "C" {

void* malloc(std::size_t size) {
  strike(last);
  return remember(__libc_malloc(size));
}

void* calloc(std::size_t count, std::size_t size) {
  char* const zeros = static_cast<char*>(__libc_calloc(count, size));
  strike(zeros);
  last = nullptr;
  return zeros;
}

void* realloc(void* block, std::size_t size) {
  strike(last);
  return remember(__libc_realloc(block, size));
}

void free(void* block) {
  if (block == last) last = nullptr;
  __libc_free(block);
}
}
