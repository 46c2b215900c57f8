// The os layer: the only place with system headers and platform conditionals.
// `os::platform` is the machine's own implementation of the contract; tests
// use `os::fake` (os/fake.hpp) in its place.
#pragma once

#include "os/call_stack.hpp"
#include "os/contract.hpp"
#include "os/faults.hpp"
#include "os/file.hpp"
#include "os/linux.hpp"
#include "os/residency.hpp"
#include "os/shared_memory.hpp"
#include "os/symbols.hpp"
#include "os/thread_barrier.hpp"

namespace strata::os {

using platform = linux_os;

static_assert(operating_system<platform>);

}  // namespace strata::os
