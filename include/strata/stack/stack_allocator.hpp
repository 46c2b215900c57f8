// Stacks of a pool for libraries that ask a StackAllocator for them, as Boost.Context,
// Boost.Fiber and Boost.Coroutine2 do. Nothing of Boost is needed to use the pool:
// the library's own type for a stack is a template argument.
//
//   using allocator = strata::stack_allocator<boost::context::stack_context>;
//   boost::context::fiber parser(std::allocator_arg, allocator(stacks, "parser"), run);
#pragma once

#include <cstddef>
#include <string_view>

#include <strata/stack/stack.hpp>
#include <strata/stack/stack_pool.hpp>

#if defined(BOOST_USE_VALGRIND) && __has_include(<valgrind/valgrind.h>)
#include <valgrind/valgrind.h>
#endif

namespace strata {

/// What a library says of a stack: where it begins, downward, and how large it is.
template <class T>
concept stack_context = requires(T context, std::size_t size, void* top) {
  context.size = size;
  context.sp = top;
};

/// Models StackAllocator. Copies use the same pool, which must outlive the fibers.
///
/// Where Boost is built with BOOST_USE_VALGRIND, stacks are made known to valgrind as
/// Boost's own allocators do it; stacks of a pool lie so close that valgrind would
/// else take a switch between them for a large frame.
template <stack_context Context, class Pool = stack_pool>
class stack_allocator {
 public:
  /// Effects: stacks come from `pool`. They bear the name, of which the characters are
  ///   not copied, for diagnoses.
  explicit stack_allocator(Pool& pool, std::string_view name = {}) noexcept
      : pool_(&pool), name_(name) {}

  /// Throws: out_of_memory when the pool refuses.
  [[nodiscard]] Context allocate() const {
    const stack got = pool_->get();
    if (!name_.empty()) pool_->set_name(got, name_);
    Context context{};
    context.size = got.size;
    context.sp = got.top();
#if defined(BOOST_USE_VALGRIND) && __has_include(<valgrind/valgrind.h>)
    context.valgrind_stack_id = VALGRIND_STACK_REGISTER(got.top(), got.base);
#endif
    return context;
  }

  /// Requires: what allocate returned, or the same after the library went through it.
  void deallocate(Context& context) const noexcept {
#if defined(BOOST_USE_VALGRIND) && __has_include(<valgrind/valgrind.h>)
    VALGRIND_STACK_DEREGISTER(context.valgrind_stack_id);
#endif
    void* const base = static_cast<std::byte*>(context.sp) - context.size;
    pool_->put(stack{.base = base, .size = context.size});
  }

 private:
  Pool* pool_;
  std::string_view name_;
};

}  // namespace strata
