// How the public templates end a program that made a mistake: one named
// diagnosis on stderr that says what, where and the likely cause. Each is a
// function of its own, declared here and defined in src/base/public_diagnosis.cpp.
// Not for programs.
#pragma once

#include <cstddef>
#include <string_view>

namespace strata::detail {

/// Effects: writes `strata: fatal: NAME: WHAT` to stderr and aborts.
[[noreturn, gnu::cold]] void fatal(std::string_view name, std::string_view what) noexcept;

}  // namespace strata::detail
