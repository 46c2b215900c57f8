// A program that replaces only the plain operator new and delete, as the
// standard allows: every other form must end in them. Its blocks have a header,
// so a form that goes to the heap directly frees the inside of a block.
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <new>

namespace {

constexpr std::size_t header = 16;
long live = 0;
bool refuse = false;

struct object {
  int numbers[10];
  ~object() {}  // arrays remember their length, deletes their size
};

}  // namespace

void* operator new(std::size_t size) {
  auto* block = refuse ? nullptr : static_cast<char*>(std::malloc(size + header));
  if (block == nullptr) throw std::bad_alloc();
  ++live;
  return block + header;
}

void operator delete(void* block) noexcept {
  if (block == nullptr) return;
  --live;
  std::free(static_cast<char*>(block) - header);
}

int main() {
  delete new object;
  delete[] new object[3];
  delete new (std::nothrow) object;
  delete[] new (std::nothrow) object[3];
  ::operator delete(::operator new(40), std::nothrow);
  refuse = true;
  object* refused = new (std::nothrow) object;
  if (live != 0 || refused != nullptr) std::fprintf(stderr, "live: %ld\n", live);
  return live == 0 && refused == nullptr ? 0 : 1;
}
