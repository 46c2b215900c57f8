// The cold half of the ambient resource: arenas for temporaries, and mistakes.
//
// A scope that asks for temporaries gets an arena of its own, since an arena of
// two scopes would end, with the inner one, what the outer one allocated
// meanwhile. A thread keeps the arenas that its scopes left, for the next ones; so
// nothing of them may come from a heap that a malloc scope directs into, and that
// may end sooner.
#include <strata/context/context.hpp>

#include <cstddef>
#include <utility>

#include <strata/base/detail/diagnosis.hpp>
#include <strata/heap/heap.hpp>

#include "context/malloc_scope.hpp"

namespace strata::detail {
namespace {

// What an arena keeps at the end of its scope.
constexpr std::size_t kept_bytes = std::size_t{256} << 10;

struct arena_level : temp_level {
  arena_level();

  arena memory;
  arena_level* next = nullptr;
};

void destroy(arena_level& level) noexcept {
  level.~arena_level();
  process_heap().deallocate(&level, sizeof level, alignof(arena_level));
}

// The ordinary malloc, for what the C++ library allocates to run destructors when
// the thread ends.
class ordinary_malloc {
 public:
  ordinary_malloc() noexcept
      : entered_(core::enter_malloc_scope(core::process_heap(), scope_) ==
                 core::scope_entry::entered) {}
  ~ordinary_malloc() {
    if (entered_) core::leave_malloc_scope(scope_);
  }
  ordinary_malloc(const ordinary_malloc&) = delete;
  ordinary_malloc& operator=(const ordinary_malloc&) = delete;

 private:
  core::scope_state scope_{};
  bool entered_;
};

// The arenas that no scope uses. `ended`: the thread runs its last destructors.
class spare_levels {
 public:
  ~spare_levels() {
    ended_ = true;
    while (arena_level* const level = pop()) destroy(*level);
  }
  arena_level* pop() noexcept {
    return first_ == nullptr ? nullptr : std::exchange(first_, first_->next);
  }
  void give(arena_level& level) noexcept {
    if (ended_) {
      destroy(level);
      return;
    }
    level.memory.reset(arena_keep::up_to(kept_bytes));
    level.next = std::exchange(first_, &level);
  }

 private:
  arena_level* first_ = nullptr;
  bool ended_ = false;
};

thread_local spare_levels spare;

arena_level::arena_level()
    : temp_level{&memory, [](temp_level& ending) noexcept {
                   spare.give(static_cast<arena_level&>(ending));
                 }} {}

}  // namespace

void begin_temp(ambient_scope& of) {
  const ordinary_malloc ordinary;
  arena_level* level = spare.pop();
  if (level == nullptr) {
    level = ::new (process_heap().allocate(sizeof *level, alignof(arena_level))) arena_level;
  }
  of.temp = level;
}

void report_scope_misuse(const ambient_scope& ending) noexcept {
  for (const ambient_scope* at = innermost_scope; at != nullptr; at = at->outer) {
    if (at == &ending) {
      fatal("context scope",
            "a scope ended while one that began inside it had not; scopes of a thread end in the "
            "reverse order of their beginning, so keep them in local variables");
    }
  }
  fatal("context scope",
        "a scope ended that is none of this thread's: it began on another thread, or ended before; "
        "a scope ends where it began, so keep it in a local variable");
}

}  // namespace strata::detail
