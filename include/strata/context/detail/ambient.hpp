// The ambient resource's one variable: the innermost scope of the thread.
// Not for programs.
//
//   innermost_scope --> link in a scope --outer--> link in a scope --outer--> nullptr
//                         resource, temp             resource, temp
//
// The links lie in the scopes, and so on the stack. The variable must be one in
// the whole process, whichever modules hold a copy of this header: it is a weak
// symbol (with GNU compilers a unique one) of default visibility. An executable
// shows it to what it loads by --export-dynamic-symbol, which strata's build files
// pass on. All modules read these structures, so their layout does not change.
#pragma once

#include <memory_resource>

namespace strata::detail {

/// What a scope's temporaries stand on. Made by whichever module is asked first,
/// and ended by its code.
struct temp_level {
  std::pmr::memory_resource* resource;
  void (*end)(temp_level& ending) noexcept;
};

struct ambient_scope {
  std::pmr::memory_resource* resource;
  ambient_scope* outer;
  temp_level* temp;  // nullptr: nobody asked
};

[[gnu::visibility("default")]] inline thread_local constinit ambient_scope* innermost_scope =
    nullptr;

/// Effects: gives the scope its temporaries.
/// Throws: out_of_memory when refused.
[[gnu::cold]] void begin_temp(ambient_scope& of);

/// Effects: ends the program: `ending` is not the innermost scope of this thread.
[[noreturn, gnu::cold]] void report_scope_misuse(const ambient_scope& ending) noexcept;

}  // namespace strata::detail
