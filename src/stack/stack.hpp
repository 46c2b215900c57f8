// The stack layer: stacks for fibers, between guards, in groups of one reservation
// each. It stands beside heap: it knows base, os and account, and takes its address
// space from the system itself, because no other range may share its mappings.
//
//   layout    where things lie, in numbers
//   marks     the words above a stack: state, owner, name; canaries
//   group     a reservation, its guards, and which of its stacks have pages
//   overflow  what the fault handler says of a guard between stacks
//   store     all groups of a pool, and when pages go back
#pragma once

#include "stack/group.hpp"
#include "stack/layout.hpp"
#include "stack/marks.hpp"
#include "stack/overflow.hpp"
#include "stack/store.hpp"
