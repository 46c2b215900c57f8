// The base layer: what every other layer is written in. It knows no operating
// system and allocates nothing; it may include only the standard library's
// freestanding-like headers.
//
//   types     byte counts and the vocabulary of quantities
//   align     powers of two
//   bitmap    words of bits, runs of bits
//   list      intrusive lists
//   instrumentation  what the build runs under
//   mutex     a lock that knows its holder
//   text      fixed-size text without allocation
//   fatal     checks, and one named function per diagnosis
//   options   the STRATA_* keys: one table, one parser
#pragma once

#include "base/align.hpp"
#include "base/bitmap.hpp"
#include "base/fatal.hpp"
#include "base/instrumentation.hpp"
#include "base/list.hpp"
#include "base/mutex.hpp"
#include "base/options.hpp"
#include "base/text.hpp"
#include "base/types.hpp"
