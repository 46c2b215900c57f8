// From core forms to nodes: gives variables their slots, and picks the function of each
// node.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <span>

#include <strata/arena/arena.hpp>

#include "array_in.hpp"
#include "core.hpp"
#include "operations.hpp"

namespace lisp {

class generator {
 public:
  generator(strata::arena& memory, name_table& names, const operations& table,
            machine_base& machine);

  /// Returns: the code of a function. Constants in it are the machine's.
  const code& generate(const lambda& function);

 private:
  struct inline_operation;

  // The function that is being made, and where its stack stands.
  struct frame {
    const lambda* function;
    std::uint32_t most = 0;  // slots needed so far

    std::uint32_t reach(std::uint32_t depth) {
      if (depth > most) most = depth;
      return depth;
    }
  };

  template <class Node>
  Node& make(run_function run, const core& at);
  using nodes = std::span<const node* const>;
  nodes each(std::span<core* const> parts, frame& f, std::uint32_t depth);
  nodes stacked(std::span<core* const> parts, frame& f, std::uint32_t base);
  std::span<const bool> boxes(std::span<variable* const> variables);

  const node* any_form(const core& at, frame& f, std::uint32_t depth);
  const node* constant(const core& at);
  const node* local(const core& at, const frame& f);
  const node* assign(const core& at, frame& f, std::uint32_t depth);
  const node* define(const core& at, frame& f, std::uint32_t depth);
  const node* parts(run_function run, const core& at, frame& f, std::uint32_t depth);
  const node* bind(run_function run, const core& at, std::span<variable* const> variables, frame& f,
                   std::uint32_t depth);
  const node* turns(const core& at, frame& f, std::uint32_t depth);
  const node* again(const core& at, frame& f, std::uint32_t depth);
  const node* function(const core& at, frame& f);
  const node* branch(const core& at, frame& f, std::uint32_t depth);

  const node* call(const core& at, frame& f, std::uint32_t depth);
  const node* builtin_call(const core& at, frame& f, std::uint32_t depth);
  const node* inlined(const core& at, frame& f, std::uint32_t depth, bool as_test);
  const node* unary(const core& at, std::size_t operation, frame& f, std::uint32_t depth,
                    bool as_test);
  const node* binary(const core& at, std::size_t operation, frame& f, std::uint32_t depth,
                     bool as_test);
  const node* pair(const core& at, frame& f, std::uint32_t depth);
  bool is_slot(const core& at, const frame& f) const;

  strata::arena* memory_;
  const operations* table_;
  machine_base* machine_;
  name* unary_names_[unary_operations];
  name* binary_names_[binary_operations];
  name* cons_;
  std::unordered_map<const loop*, const node*> loops_;
  std::unordered_map<const loop*, std::uint32_t> loop_slots_;
};

}  // namespace lisp
