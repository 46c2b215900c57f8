// The operator new family: every form gives aligned memory, reports failure the
// way its signature says, asks the new-handler first, and pairs with every
// matching delete. Blocks of operator new and of malloc live side by side.
#include <malloc.h>

#include <cerrno>
#include <cstdint>
#include <cstdlib>
#include <limits>
#include <new>
#include <string>
#include <vector>

#include "support/memory.hpp"
#include "support/suite.hpp"

namespace {

using memory::opaque;
using suite::expect;

constexpr std::size_t impossible = std::numeric_limits<std::size_t>::max() / 2 + 100;

bool aligned(const void* block, std::size_t alignment) {
  return block != nullptr && reinterpret_cast<std::uintptr_t>(block) % alignment == 0;
}

void check_block(void* block, std::size_t size, std::size_t alignment) {
  if (!expect(aligned(block, alignment), "operator new aligns")) return;
  memory::fill(block, size, size);
  expect(memory::intact(block, size, size), "contents");
  suite::expect_at_least(::malloc_usable_size(block), size, "usable size");
}

void plain_forms() {
  for (std::size_t size = 0; size < 4 * memory::mib; size = size * 5 / 3 + 1) {
    void* one = ::operator new(opaque(size));
    void* array = ::operator new[](opaque(size));
    void* silent = ::operator new(opaque(size), std::nothrow);
    void* silent_array = ::operator new[](opaque(size), std::nothrow);
    for (void* block : {one, array, silent, silent_array}) check_block(block, size, 16);
    ::operator delete(opaque(one));
    ::operator delete[](opaque(array));
    ::operator delete(opaque(silent), std::nothrow);
    ::operator delete[](opaque(silent_array), std::nothrow);
  }
  ::operator delete(opaque(static_cast<void*>(nullptr)));
  ::operator delete[](opaque(static_cast<void*>(nullptr)));
  ::operator delete (opaque(static_cast<void*>(nullptr)), std::size_t{8});
}

void sized_forms() {
  for (std::size_t size = 1; size < 4 * memory::mib; size = size * 5 / 3 + 1) {
    ::operator delete(opaque(::operator new(size)), size);
    ::operator delete[](opaque(::operator new[](size)), size);
  }
}

void aligned_forms() {
  for (std::size_t bytes = 1; bytes <= 16 * memory::mib; bytes *= 2) {
    const auto alignment = std::align_val_t{bytes};
    for (const std::size_t size : {1UL, 100UL, 5000UL, 70000UL}) {
      void* one = ::operator new(size, alignment);
      void* array = ::operator new[](size, alignment);
      void* silent = ::operator new(size, alignment, std::nothrow);
      void* silent_array = ::operator new[](size, alignment, std::nothrow);
      for (void* block : {one, array, silent, silent_array}) check_block(block, size, bytes);
      ::operator delete(opaque(one), alignment);
      ::operator delete[](opaque(array), size, alignment);
      ::operator delete(opaque(silent), size, alignment);
      ::operator delete[](opaque(silent_array), alignment, std::nothrow);
    }
  }
}

template <class Request>
bool throws_bad_alloc(Request request) {
  try {
    request();
  } catch (const std::bad_alloc&) {
    return true;
  }
  return false;
}

void failure_throws_or_is_null() {
  constexpr auto alignment = std::align_val_t{64};
  expect(throws_bad_alloc([] { (void)opaque(::operator new(opaque(impossible))); }), "new throws");
  expect(throws_bad_alloc([] { (void)opaque(::operator new[](opaque(impossible))); }),
         "new[] throws");
  expect(throws_bad_alloc([&] { (void)opaque(::operator new(opaque(impossible), alignment)); }),
         "aligned new throws");
  expect(throws_bad_alloc([&] { (void)opaque(::operator new[](opaque(impossible), alignment)); }),
         "aligned new[] throws");
  expect(opaque(::operator new(opaque(impossible), std::nothrow)) == nullptr, "nothrow new");
  expect(opaque(::operator new[](opaque(impossible), std::nothrow)) == nullptr, "nothrow new[]");
  expect(opaque(::operator new(opaque(impossible), alignment, std::nothrow)) == nullptr,
         "aligned nothrow new");
  expect(opaque(::operator new[](opaque(impossible), alignment, std::nothrow)) == nullptr,
         "aligned nothrow new[]");
}

// -- The new-handler ----------------------------------------------------------

int handler_calls = 0;

// Gives up after three calls, by removing itself: operator new must then throw.
void handler_that_leaves() {
  if (++handler_calls == 3) std::set_new_handler(nullptr);
}

struct out_of_patience : std::bad_alloc {};
void handler_that_throws() { throw out_of_patience{}; }

void handler_is_asked_until_it_gives_up() {
  for (int form = 0; form < 4; ++form) {
    handler_calls = 0;
    std::set_new_handler(handler_that_leaves);
    if (form == 0)
      expect(throws_bad_alloc([] { (void)opaque(::operator new(opaque(impossible))); }), "new");
    if (form == 1)
      expect(opaque(::operator new(opaque(impossible), std::nothrow)) == nullptr, "nothrow");
    if (form == 2) {
      expect(throws_bad_alloc(
                 [] { (void)opaque(::operator new[](opaque(impossible), std::align_val_t{64})); }),
             "aligned new[]");
    }
    if (form == 3) {
      expect(opaque(::operator new (opaque(impossible), std::align_val_t{64}, std::nothrow)) ==
                 nullptr,
             "aligned nothrow");
    }
    suite::expect_equal(handler_calls, 3, "the new-handler is called until it gives up");
  }
}

void handler_may_throw() {
  std::set_new_handler(handler_that_throws);
  bool caught = false;
  try {
    (void)opaque(::operator new(opaque(impossible)));
  } catch (const out_of_patience&) {
    caught = true;
  }
  expect(caught, "what the handler throws passes through operator new");
  expect(opaque(::operator new(opaque(impossible), std::nothrow)) == nullptr,
         "and is NULL from the nothrow form");
  std::set_new_handler(nullptr);
}

void malloc_does_not_ask_the_handler() {
  handler_calls = 0;
  std::set_new_handler(handler_that_leaves);
  expect(std::malloc(opaque(impossible)) == nullptr, "malloc");
  suite::expect_equal(handler_calls, 0, "malloc does not call the new-handler");
  std::set_new_handler(nullptr);
}

// -- Through the language and the library --------------------------------------

struct alignas(256) wide {
  char bytes[256];
};

struct with_destructor {
  explicit with_destructor() : text(100, 'x') {}
  ~with_destructor() { ++destroyed; }
  std::string text;
  static inline int destroyed = 0;
};

void expressions() {
  for (int i = 0; i < 100; ++i) {
    auto* one = opaque(new wide);
    auto* many = opaque(new wide[7]);
    expect(aligned(one, 256) && aligned(many, 256), "over-aligned types");
    delete one;
    delete[] many;
    delete[] opaque(new with_destructor[10]);
    delete opaque(new with_destructor);
  }
  suite::expect_equal(with_destructor::destroyed, 1100, "destructors");
  expect(throws_bad_alloc([] { (void)opaque(new wide[opaque(std::size_t{1} << 56)]); }),
         "new T[n] overflow");
  std::vector<std::vector<std::string>> table(300);
  for (std::size_t i = 0; i < 30000; ++i) table[i % 300].emplace_back(i % 90, 'y');
  for (const auto& row : table) expect(row.size() == 100, "containers");
}

constexpr suite::test_case cases[] = {
    {"plain_forms", plain_forms},
    {"sized_forms", sized_forms},
    {"aligned_forms", aligned_forms},
    {"failure_throws_or_is_null", failure_throws_or_is_null},
    {"handler_is_asked_until_it_gives_up", handler_is_asked_until_it_gives_up},
    {"handler_may_throw", handler_may_throw},
    {"malloc_does_not_ask_the_handler", malloc_does_not_ask_the_handler},
    {"expressions", expressions},
};

}  // namespace

int main(int argc, char** argv) { return suite::run(cases, argc, argv); }
