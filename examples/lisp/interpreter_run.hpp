// The whole life of a program: text, syntax, core forms, nodes, values, ends.
#pragma once

#include <sys/resource.h>

#include <algorithm>
#include <cstdio>

#include <strata/arena/arena.hpp>
#include <strata/base/error.hpp>

#include "builtins_lists.hpp"
#include "builtins_numbers.hpp"
#include "builtins_other.hpp"
#include "builtins_texts.hpp"
#include "expander.hpp"
#include "generator.hpp"
#include "interpreter.hpp"
#include "operations_table.hpp"
#include "prelude.hpp"
#include "reader.hpp"

namespace lisp {

/// Returns: how far down the stack of C++ may grow: all but a part for what is called at
///   the deepest place.
inline const char* deepest_of_stack() {
  constexpr std::size_t kept = std::size_t{256} << 10;
  constexpr std::size_t most = std::size_t{512} << 20;
  rlimit limit{};
  getrlimit(RLIMIT_STACK, &limit);
  const std::size_t bytes = std::min<std::size_t>(limit.rlim_cur, most);
  const auto* const here = static_cast<const char*>(__builtin_frame_address(0));
  return here - (bytes > 2 * kept ? bytes - kept : bytes / 2);
}

template <class Memory>
class interpreter {
 public:
  template <class... Args>
  explicit interpreter(Args&&... args)
      : text_({.name = "lisp program"}),
        names_(text_),
        machine_(names_, std::forward<Args>(args)...),
        expander_(text_, names_),
        generator_(text_, names_, operations_of<Memory>, machine_) {
    machine_.deepest = deepest_of_stack();
    for (const auto& table : {number_builtins<Memory>(), list_builtins<Memory>(),
                              text_builtins<Memory>(), other_builtins<Memory>()}) {
      for (const builtin_entry& entry : table) define(entry);
    }
  }

  ~interpreter() {
    finish();
    names_.for_each([](const name& id) {
      if (id.is_builtin) Memory::end_immortal(address_of(id.global));
      if (id.symbol != nullptr) Memory::end_immortal(id.symbol);
    });
  }
  interpreter(const interpreter&) = delete;
  interpreter& operator=(const interpreter&) = delete;

  /// Effects: runs a text, expression by expression.
  /// Throws: failure; exit_request.
  void run_text(std::string_view text, std::uint16_t source) {
    reader from(text, source, text_, names_);
    while (const syntax* const whole = from.read()) {
      const code& what = generator_.generate(expander_.expand(*whole));
      drop<Memory>(run(*what.body, machine_, machine_.stack + 1));
    }
  }

  /// Effects: drops all that the program refers to, and collects the cycles among it.
  void finish() noexcept {
    machine_.clear_stack();
    for (value& constant : machine_.constants) clear<Memory>(constant);
    names_.for_each([](name& id) {
      if (!id.is_builtin) clear<Memory>(id.global);
    });
    machine_.memory.collect();
  }

  [[nodiscard]] machine<Memory>& runs_on() noexcept { return machine_; }

 private:
  void define(const builtin_entry& entry) {
    name& id = names_.intern(entry.name);
    id.global = machine_.template make<builtin>({}, entry);
    id.is_builtin = true;
    strata::make_immortal(address_of(id.global));
  }

  strata::arena text_;
  name_table names_;
  machine<Memory> machine_;
  expander expander_;
  generator generator_;
};

inline void print_failure(const run_options& options, const failure& what,
                          const std::string& more = {}) {
  const char* const file = what.where.source == 0 ? "prelude" : options.file.c_str();
  std::fprintf(stderr, "%s:%u:%u: %s%s\n", file, what.where.line, unsigned{what.where.column},
               what.what(), more.c_str());
}

/// Returns: the exit status.
template <class Memory>
int run_program(interpreter<Memory>& with, const run_options& options) {
  machine_base& m = with.runs_on();
  try {
    with.run_text(prelude, 0);
    with.run_text(options.text, 1);
    flush(m);
    return 0;
  } catch (const exit_request& request) {
    flush(m);
    return request.status;
  } catch (const stack_failure& what) {
    flush(m);
    print_failure(options, what,
                  ": " + std::to_string(m.calls_unwound) +
                      " calls wait for each other; let the last one be a tail "
                      "call, or raise the limit with ulimit -s");
  } catch (const failure& what) {
    flush(m);
    print_failure(options, what);
  } catch (const strata::out_of_memory& what) {
    std::fprintf(stderr, "%s: %s\n", options.file.c_str(), what.what());
  }
  return 1;
}

}  // namespace lisp
