// The region layer: address space, from the OS to runs of granules (tier 1),
// and what depends on the window's geometry.
//
//   granule        the units
//   schedule       how regions grow
//   window         the one range that holds every region
//   granule_table  records about granules, found from any pointer
//   region_space   tier 1: which granules are free
//   metadata       memory for the allocator's own structures
#pragma once

#include "region/granule.hpp"
#include "region/granule_table.hpp"
#include "region/metadata.hpp"
#include "region/region_space.hpp"
#include "region/schedule.hpp"
#include "region/window.hpp"
