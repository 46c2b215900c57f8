// Nodes of calls.
//
// Arguments are put where the callee has its parameters. A tail call moves them down
// onto its own frame, names the callee in frame[-1] and gives back tail_mark; whoever
// made the first call goes on with the next one, so that the stack of C++ does not grow.
#pragma once

#include "builtins.hpp"
#include "run_variables.hpp"

namespace lisp {

template <class Memory>
[[nodiscard, gnu::always_inline]] inline bool is_closure(value v) noexcept {
  return is_object(v) &&
         strata::header_of(address_of(v)).type == &strata::object_type_of<closure<Memory>>;
}

/// Returns: how many arguments; known when compiled, but for calls with many.
template <std::size_t Size>
[[nodiscard, gnu::always_inline]] inline std::uint32_t count_of(const call_node& n) noexcept {
  return Size == call_sizes ? n.count : static_cast<std::uint32_t>(Size);
}

template <std::size_t Size>
[[gnu::always_inline]] inline void find_arguments(const call_node& n, machine_base& m,
                                                  value* frame) {
  for (std::uint32_t i = 0; i < count_of<Size>(n); ++i) {
    frame[n.base + i] = run(*n.arguments[i], m, frame);
  }
}

template <class Memory>
[[gnu::always_inline]] inline void clear_slots(value* first, std::size_t count) noexcept {
  for (std::size_t i = 0; i < count; ++i) clear<Memory>(first[i]);
}

// -- What is rare -----------------------------------------------------------------

[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_count(const node& n, value callee,
                                                                std::size_t wanted,
                                                                std::size_t got) {
  throw failure(n.where, shown(callee) + " takes " + std::to_string(wanted) +
                             " arguments, and got " + std::to_string(got));
}
[[noreturn, gnu::cold, gnu::noinline]] inline void refuse_depth(const node& n) {
  throw stack_failure(n.where, "stack too deep");
}

/// Effects: calls what is no closure: a builtin, or nothing that can be called.
template <class Memory>
[[gnu::noinline]] value call_other(const call_node& n, machine_base& m, value callee,
                                   value* arguments) {
  if (callee == unset) refuse_unset(n, *n.id);
  if (!is(callee, kind::builtin)) {
    throw failure(n.where, "only functions can be called, not " + shown(callee));
  }
  const value result = call_entry(*as<builtin>(callee).entry, m, n, arguments, n.count);
  clear_slots<Memory>(arguments, n.count);
  return result;
}

[[gnu::always_inline]] inline void expect_room(const node& n, const machine_base& m,
                                               const value* frame, std::uint32_t slots) {
  const auto* const here = static_cast<const char*>(__builtin_frame_address(0));
  if (here < m.deepest || static_cast<std::size_t>(m.stack_end - frame) < slots) [[unlikely]] {
    refuse_depth(n);
  }
}

[[gnu::always_inline]] inline void expect_parameters(const node& n, value callee, const code& what,
                                                     std::uint32_t count) {
  if (what.parameters != count) [[unlikely]] {
    refuse_count(n, callee, what.parameters, count);
  }
}

/// Counts calls that a failure unwinds.
struct unwinding {
  machine_base& m;
  bool done = false;
  ~unwinding() {
    if (!done) ++m.calls_unwound;
  }
};

template <class Memory>
[[gnu::noinline]] value go_on(const node& n, machine_base& m, value* frame) {
  for (;;) {
    const code& what = *as<closure_fields>(frame[-1]).word;
    expect_room(n, m, frame, what.slots);
    const value result = run(*what.body, m, frame);
    if (result == tail_mark) continue;
    clear_slots<Memory>(frame, what.parameters);
    clear<Memory>(frame[-1]);
    return result;
  }
}

// -- Calls --------------------------------------------------------------------------

/// Requires: frame[-1] holds the callee if it has captured anything.
template <class Memory, std::size_t Size>
[[gnu::always_inline]] inline value enter(const call_node& n, machine_base& m, const code& what,
                                          value* frame) {
  expect_room(n, m, frame, what.slots);
  unwinding level{m};
  value result = run(*what.body, m, frame);
  if (result == tail_mark) {
    result = go_on<Memory>(n, m, frame);
  } else {
    clear_slots<Memory>(frame, count_of<Size>(n));
    clear<Memory>(frame[-1]);
  }
  level.done = true;
  return result;
}

template <class Memory, std::size_t Size>
value run_call_global(const node& self, machine_base& m, value* frame) {
  const auto& n = static_cast<const call_node&>(self);
  find_arguments<Size>(n, m, frame);
  value* const next = frame + n.base;
  const value callee = n.id->global;
  if (!is_closure<Memory>(callee)) [[unlikely]] {
    return call_other<Memory>(n, m, callee, next);
  }
  const code& what = *as<closure_fields>(callee).word;
  expect_parameters(n, callee, what, count_of<Size>(n));
  if (what.captures != 0) next[-1] = add<Memory>(callee);
  return enter<Memory, Size>(n, m, what, next);
}

template <class Memory, std::size_t Size>
value run_call(const node& self, machine_base& m, value* frame) {
  const auto& n = static_cast<const call_node&>(self);
  value* const next = frame + n.base;
  next[-1] = run(*n.callee, m, frame);
  find_arguments<Size>(n, m, frame);
  const value callee = next[-1];
  if (!is_closure<Memory>(callee)) [[unlikely]] {
    const value result = call_other<Memory>(n, m, callee, next);
    clear<Memory>(next[-1]);
    return result;
  }
  const code& what = *as<closure_fields>(callee).word;
  expect_parameters(n, callee, what, count_of<Size>(n));
  return enter<Memory, Size>(n, m, what, next);
}

// -- Tail calls -----------------------------------------------------------------------

/// Requires: the callee, counted, lies below its arguments.
template <class Memory, std::size_t Size>
[[gnu::always_inline]] inline value leave(const call_node& n, machine_base& m, value* frame) {
  value* const next = frame + n.base;
  const value callee = next[-1];
  if (!is_closure<Memory>(callee)) [[unlikely]] {
    const value result = call_other<Memory>(n, m, callee, next);
    clear<Memory>(next[-1]);
    return result;
  }
  expect_parameters(n, callee, *as<closure_fields>(callee).word, count_of<Size>(n));
  clear_slots<Memory>(frame, n.live);
  // The callee first: an argument may take its slot.
  assign<Memory>(frame[-1], std::exchange(next[-1], {}));
  for (std::uint32_t i = 0; i < count_of<Size>(n); ++i) frame[i] = std::exchange(next[i], {});
  return tail_mark;
}

template <class Memory, std::size_t Size>
value run_tail_call_global(const node& self, machine_base& m, value* frame) {
  const auto& n = static_cast<const call_node&>(self);
  find_arguments<Size>(n, m, frame);
  frame[n.base - 1] = add<Memory>(n.id->global);
  return leave<Memory, Size>(n, m, frame);
}

template <class Memory, std::size_t Size>
value run_tail_call(const node& self, machine_base& m, value* frame) {
  const auto& n = static_cast<const call_node&>(self);
  frame[n.base - 1] = run(*n.callee, m, frame);
  find_arguments<Size>(n, m, frame);
  return leave<Memory, Size>(n, m, frame);
}

template <class Memory>
value run_call_builtin(const node& self, machine_base& m, value* frame) {
  const auto& n = static_cast<const call_node&>(self);
  value* const arguments = frame + n.base;
  find_arguments<call_sizes>(n, m, frame);
  const value result = call_entry(*as<builtin>(n.id->global).entry, m, n, arguments, n.count);
  clear_slots<Memory>(arguments, n.count);
  return result;
}

}  // namespace lisp
