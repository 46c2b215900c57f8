// What the kernel allows on this machine, and what strata makes of it.
#pragma once

#include "doctor/finding.hpp"
#include "doctor/machine.hpp"

namespace strata::tool {

[[nodiscard]] findings check_machine_facts(const machine_facts& facts);

}  // namespace strata::tool
