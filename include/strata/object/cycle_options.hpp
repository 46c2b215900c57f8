// What a cycle collector is made from, how much it may do at once, and what it says
// about itself.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory_resource>

namespace strata {

/// How much one step of a collector may do: it ends with what is reached first.
struct cycle_budget {
  std::size_t objects = 1000;  ///< looked at, counting each reference that is followed
  std::chrono::nanoseconds time = std::chrono::nanoseconds::max();
};

/// What a cycle collector is made from; every member may be left out.
struct cycle_options {
  /// When objects are made, a step is due: while a round is under way, or once so many
  /// candidates wait, or so many bytes were made into objects since the last round.
  std::size_t candidates = 10'000;
  std::size_t bytes = std::size_t{4} << 20;

  /// What such a step may do; no objects: none, the program calls step or collect itself.
  cycle_budget automatic = {};

  /// Whether the account of the heap has the collector run when it is about to refuse.
  /// Not where another thread's charges reach a limit above the heap.
  bool under_pressure = true;

  /// Where the collector notes things; nullptr: pages of its own. Charged to an account
  /// "cycles" beside the heap's, whose limit may be what the collector runs for.
  std::pmr::memory_resource* upstream = nullptr;
};

struct cycle_statistics {
  std::size_t candidates = 0;   ///< wait to be looked at
  std::size_t roots = 0;        ///< external roots that exist
  std::size_t table_bytes = 0;  ///< what the round under way notes
  std::uint64_t rounds = 0;     ///< that were finished
  std::uint64_t abandoned = 0;  ///< of them: refused memory, finalisers, mutation
  std::uint64_t examined = 0;   ///< objects, once for each round
  std::uint64_t finalised = 0;  ///< objects
  std::uint64_t collected = 0;  ///< objects that ended
  std::uint64_t lost = 0;       ///< candidates for which memory was refused
  std::uint64_t steps = 0;
  std::size_t largest_step = 0;             ///< as the budget counts
  std::chrono::nanoseconds longest_step{};  ///< in time; collect takes none
};

/// What one step did.
struct cycle_progress {
  bool finished = false;      ///< no round is under way
  std::size_t work = 0;       ///< as the budget counts
  std::size_t collected = 0;  ///< objects that ended
};

}  // namespace strata
