// operator new and delete, as this executable's own.
#include <gtest/gtest.h>

#include <cstdint>
#include <memory>
#include <new>

#include "support/opaque.hpp"

// Clang declares these only when asked to call them by itself.
void operator delete(void* block, std::size_t size) noexcept;
void operator delete[](void* block, std::size_t size) noexcept;
void operator delete(void* block, std::size_t size, std::align_val_t alignment) noexcept;

namespace {

using strata::test::opaque;

constexpr std::size_t too_much = PTRDIFF_MAX;

// Installs a new handler for one scope.
class handler_scope {
 public:
  explicit handler_scope(std::new_handler handler) noexcept
      : before_(std::set_new_handler(handler)) {}
  ~handler_scope() { std::set_new_handler(before_); }
  handler_scope(const handler_scope&) = delete;
  handler_scope& operator=(const handler_scope&) = delete;

 private:
  std::new_handler before_;
};

int calls = 0;

void give_up_at_third() {
  if (++calls == 3) std::set_new_handler(nullptr);
}

void throw_at_once() {
  ++calls;
  throw std::bad_alloc();
}

TEST(cxx_operators, pairs_work_in_every_form) {
  for (const std::size_t size : {0u, 1u, 24u, 5000u, 300000u}) {
    ::operator delete(opaque(::operator new(size)));
    ::operator delete(opaque(::operator new(size)), size);
    ::operator delete[](opaque(::operator new[](size)), size);
    ::operator delete(opaque(::operator new(size, std::nothrow)), std::nothrow);
    for (const std::size_t alignment : {1u, 16u, 64u, 4096u}) {
      const std::align_val_t form{alignment};
      void* const block = opaque(::operator new(size, form));
      EXPECT_EQ(reinterpret_cast<std::uintptr_t>(block) % alignment, 0u);
      ::operator delete(block, size, form);
      ::operator delete[](opaque(::operator new[](size, form, std::nothrow)), form);
    }
  }
}

TEST(cxx_operators, deleting_null_does_nothing) {
  ::operator delete(opaque<void*>(nullptr));
  ::operator delete (opaque<void*>(nullptr), std::size_t{8});
  ::operator delete (opaque<void*>(nullptr), std::size_t{8}, std::align_val_t{64});
}

TEST(cxx_operators, a_refused_request_throws) {
  EXPECT_THROW((void)opaque(::operator new(opaque(too_much))), std::bad_alloc);
  EXPECT_THROW((void)opaque(::operator new[](opaque(too_much))), std::bad_alloc);
  EXPECT_THROW((void)opaque(::operator new (opaque(too_much), std::align_val_t{64})),
               std::bad_alloc);
}

TEST(cxx_operators, nothrow_forms_give_null) {
  EXPECT_EQ(opaque(::operator new(opaque(too_much), std::nothrow)), nullptr);
  EXPECT_EQ(opaque(::operator new (opaque(too_much), std::align_val_t{64}, std::nothrow)), nullptr);
}

TEST(cxx_operators, the_handler_is_called_until_it_gives_up) {
  const handler_scope scope(give_up_at_third);
  calls = 0;
  EXPECT_THROW((void)opaque(::operator new(opaque(too_much))), std::bad_alloc);
  EXPECT_EQ(calls, 3);
}

TEST(cxx_operators, the_handlers_exception_passes_through) {
  const handler_scope scope(throw_at_once);
  calls = 0;
  EXPECT_THROW((void)opaque(::operator new(opaque(too_much))), std::bad_alloc);
  EXPECT_EQ(calls, 1);
}

TEST(cxx_operators, nothrow_forms_swallow_the_handlers_exception) {
  const handler_scope scope(throw_at_once);
  calls = 0;
  EXPECT_EQ(opaque(::operator new(opaque(too_much), std::nothrow)), nullptr);
  EXPECT_EQ(opaque(::operator new (opaque(too_much), std::align_val_t{64}, std::nothrow)), nullptr);
  EXPECT_EQ(calls, 2);
}

TEST(cxx_operators, destructors_run_while_bad_alloc_unwinds) {
  auto witness = std::make_shared<int>(1);
  const auto attempt = [copy = witness] {
    const auto local = copy;
    (void)opaque(::operator new(opaque(too_much)));
  };
  EXPECT_THROW(attempt(), std::bad_alloc);
  EXPECT_EQ(witness.use_count(), 2);
}

TEST(cxx_operators_death, sized_delete_diagnoses_a_wrong_size) {
  EXPECT_DEATH(::operator delete(opaque(::operator new(32)), opaque(std::size_t{4000})),
               "sized free");
}

}  // namespace
