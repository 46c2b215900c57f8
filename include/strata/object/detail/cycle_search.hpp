// Trial deletion, in steps: which objects are referred to by each other only, from what
// a dropped reference left behind. Not for programs.
//
// After David F. Bacon, V. T. Rajan, Concurrent Cycle Collection in Reference Counted
// Systems, ECOOP 2001: counts stay as they are, what a trial would subtract is counted
// beside them, and a drop between two steps changes the colour of what it drops.
//
//   black   not known here
//   purple  a candidate: a reference to it was dropped, and not the last one. In a list.
//   grey    examined, and no reference to it was dropped since
//   white   examined, and one was, but no memory was left to list it
//
// What is not black has object_kept, so that its memory stays when it ends. A round:
//
//   enter   the candidates become grey and known
//   mark    what they lead to as well; each reference between known objects is counted
//   verify  an object is live that is not grey, or has more references than were counted,
//           and so is all that live ones lead to; again, until a pass finds no new one
//   finalise what is not live, where its type wants that; then the round is abandoned
//   condemn what is not live: no weak reference leads to it any more
//   drop    it; with all of them condemned, none ends twice
//   release its memory
//   forget  all others become black again
//
// Invariant: when the last pass of verify has ended, no object that is not live is
// referred to from outside of them. Each was grey and had as many references as were
// counted, at one moment t after all counting. No reference to it was dropped before t,
// so each that was counted was there at t, and at no time between the end of mark and t
// had it more references than at t: so none from outside at the end of mark. That holds
// for all of them at that one time, and what nobody refers to from outside stays so,
// whatever the program does. That the pass found no new live one means that no counted
// reference came from a live object: it would have been followed, or have been dropped.
// Those of an object that waits to end are followed until it is dropped, and no step falls
// into its drop.
// What weak references lead to is looked at once more, at the moment when it is condemned.
#pragma once

#include <cstddef>
#include <cstdint>

#include <strata/object/cycle_options.hpp>
#include <strata/object/detail/cycle_table.hpp>
#include <strata/object/detail/header_list.hpp>
#include <strata/object/detail/object_core.hpp>
#include <strata/pool/detail/pool_memory.hpp>

namespace strata::detail {

class cycle_search {
 public:
  cycle_search(object_core& heap, pool_memory& memory);
  cycle_search(const cycle_search&) = delete;
  cycle_search& operator=(const cycle_search&) = delete;
  ~cycle_search() = default;

  /// Effects: finishes or abandons the round, and forgets the candidates.
  void finish() noexcept;

  /// Effects: a reference to the object was dropped, and not the last one.
  void note(object_header& header) noexcept;

  /// Effects: all objects of the heap that may be in cycles become candidates.
  void note_all() noexcept;

  [[nodiscard]] bool is_idle() const noexcept { return phase_ == phase::idle; }
  [[nodiscard]] std::size_t candidates() const noexcept { return candidates_.size(); }

  /// Effects: the next piece of a round, which begins if there are candidates.
  /// Returns: how much that was.
  std::size_t advance() noexcept;

  [[nodiscard]] cycle_statistics statistics() const noexcept;

 private:
  enum class phase : std::uint8_t {
    idle,
    enter,
    mark,
    verify,
    finalise,
    condemn,
    drop,
    release,
    forget
  };

  struct visitor : object_visitor {
    cycle_search* search;
    std::size_t met;
  };

  void forget_all(header_list& list) noexcept;
  void begin_round() noexcept;
  void abandon() noexcept;
  void begin_walk(phase next) noexcept;
  void end_round() noexcept;

  std::size_t enter() noexcept;
  std::size_t mark() noexcept;
  std::size_t verify() noexcept;
  std::size_t end_pass() noexcept;
  std::size_t finalise() noexcept;
  std::size_t condemn() noexcept;
  std::size_t drop() noexcept;
  std::size_t release() noexcept;
  std::size_t forget() noexcept;

  std::size_t trace(object_header& of, void (*visit)(object_visitor*, void*)) noexcept;
  void count_reference(object_header& to) noexcept;
  void reach_live(object_header& header) noexcept;
  [[nodiscard]] bool is_dead(object_header& header) noexcept;
  [[nodiscard]] bool looks_dead(object_header& header) noexcept;
  [[nodiscard]] bool condemn_observed() noexcept;
  void let_go(object_header& header) noexcept;
  void note_again(object_header& root) noexcept;
  [[nodiscard]] object_header* next_dead() noexcept;

  object_core* heap_;
  phase phase_ = phase::idle;
  cycle_table table_;
  header_list candidates_;
  header_list entering_;  // the candidates of this round that are not known yet
  header_list roots_;     // those that are
  header_list stack_;
  header_list observed_;  // dead so far, with weak references
  header_list::cursor next_root_;
  cycle_table::cursor walk_;

  bool abandoned_ = false;
  bool pass_found_live_ = false;
  std::size_t passes_ = 0;
  std::size_t dead_ = 0;  // in this pass
  std::size_t finalisable_ = 0;
  cycle_statistics figures_;
};

}  // namespace strata::detail
