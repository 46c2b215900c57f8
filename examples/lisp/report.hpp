// What a program did with memory, on the standard error output.
#pragma once

#include "memory_strata.hpp"

namespace lisp {

/// Effects: prints the most memory that the process had, and how long it ran.
void print_peak(const char* memory);

/// Effects: prints the objects that live, by type; what was collected; the accounts.
void print_objects(const strata_memory& memory);

/// Effects: prints what is left once nothing refers to objects any more.
void print_rest(const strata_memory& memory);

}  // namespace lisp
