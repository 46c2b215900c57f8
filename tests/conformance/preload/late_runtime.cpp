// A C++ plug-in for a C program: the C++ runtime arrives with it, after the
// preload was bound. late_runtime_test.c opens it.
#include <cstdint>
#include <new>

namespace {

volatile std::size_t too_much = PTRDIFF_MAX;
int handler_calls = 0;

void handler() {
  if (++handler_calls == 3) throw std::bad_alloc();
}

bool throws_bad_alloc() {
  try {
    ::operator delete(::operator new(too_much));
  } catch (const std::bad_alloc&) {
    return true;
  }
  return false;
}

}  // namespace

extern "C" int late_runtime_failures() {
  int failures = 0;
  if (!throws_bad_alloc()) ++failures;
  std::set_new_handler(handler);
  if (!throws_bad_alloc() || handler_calls != 3) ++failures;
  std::set_new_handler(nullptr);
  if (::operator new(too_much, std::nothrow) != nullptr) ++failures;
  return failures;
}
