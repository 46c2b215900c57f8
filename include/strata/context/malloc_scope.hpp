// Directs one thread's malloc and operator new into a heap, whoever calls them:
// also a library that knows nothing of strata.
//
//   strata::heap parser({.name = "parser", .limit = 64 << 20});
//   {
//     strata::malloc_scope scope(parser);
//     document = third_party_parse(text);   // its blocks are the parser heap's
//   }
//   third_party_free(document);             // wherever, whenever: they go home
//
// The program must run on strata's malloc: link strata::malloc or
// strata::malloc_static, or preload libstrata_malloc.so.
#pragma once

#include <cstddef>
#include <exception>

#include <strata/heap/heap.hpp>

namespace strata {

/// A malloc scope was asked for, and the malloc in charge is not strata's, or that
/// of another version.
class malloc_unavailable : public std::exception {
 public:
  [[nodiscard]] const char* what() const noexcept override;
};

namespace detail {

/// What a malloc scope remembers. Opaque; plain data, so that C can hold it.
struct malloc_scope_state {
  const void* malloc;  // which malloc was redirected
  const void* outer;
  const void* inner;
  std::size_t depth;
};

}  // namespace detail

/// While it lives, what its thread allocates by malloc, calloc, realloc(nullptr),
/// aligned_alloc and their kin, and by operator new, is a block of the heap. Other
/// threads are not touched.
///
/// Blocks are freed as ever: by free or operator delete, on any thread, inside or
/// outside of any scope. They go home to the heap they came from, and its account
/// is charged until they do. realloc leaves a block in its heap.
///
/// Scopes nest, and a scope over process_heap() inside another one goes back to
/// the ordinary malloc. What the heap's limit refuses, malloc refuses: NULL and
/// ENOMEM, or std::bad_alloc.
///
/// In a program that links the library and runs on a malloc of strata's in another
/// module (preloaded, or shared), that malloc has a heap of its own stand in for
/// `into`, which charges into.account() as well. statistics, owns, walk, verify,
/// purge, reset and the destructor of `into` include it.
class malloc_scope {
 public:
  /// Effects: directs the calling thread's malloc into the heap.
  /// Throws: malloc_unavailable if strata's malloc is not in charge; out_of_memory
  ///   if the system refuses what the thread needs to use the heap, or the thread
  ///   runs its last destructors. Nothing is changed then.
  /// Complexity: constant, without locks, when the thread used the heap before.
  explicit malloc_scope(heap& into);

  /// Effects: malloc is what it was before.
  /// Requires: the thread is the one that entered, and every scope that began
  ///   inside ended. The program ends with a diagnosis otherwise. The heap must
  ///   not have been destroyed or reset meanwhile, which is diagnosed there.
  ~malloc_scope();

  malloc_scope(const malloc_scope&) = delete;
  malloc_scope& operator=(const malloc_scope&) = delete;

  /// Returns: whether strata's malloc is in charge, so that scopes can be entered.
  [[nodiscard]] static bool is_available() noexcept;

 private:
  detail::malloc_scope_state state_;
};

}  // namespace strata
