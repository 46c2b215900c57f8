// What happens when somebody touches a guard, for programs that asked.
#include <strata/arena/guard_hits.hpp>

#include <strata/arena/detail/guarded_range.hpp>

#include "arena/guarded_ranges.hpp"
#include "os/os.hpp"

namespace strata {
namespace {

constinit core::guarded_ranges the_ranges;

void look(const os::fault& what) noexcept {
  the_ranges.look({what.address, what.instruction, what.stack_pointer});
}

}  // namespace

void detail::announce(guarded_range& range) noexcept { the_ranges.add(range); }

void detail::withdraw(guarded_range& range) noexcept { the_ranges.remove(range); }

bool diagnose_guard_hits() noexcept {
  return os::watch_faults(look) && os::provide_alternate_stack();
}

}  // namespace strata
