// What a heap of objects is behind its handle in C: the core of a C++ heap. One that
// counts plainly is such a heap whole, because a cycle collector goes with that.
#pragma once

#include <optional>

#include <strata/strata.h>
#include <strata/account/account.hpp>
#include <strata/object/cycle_collector.hpp>
#include <strata/object/detail/object_core.hpp>
#include <strata/object/object_heap.hpp>
#include <strata/object/object_heap_options.hpp>

struct strata_object_heap {
  strata_object_heap(strata::detail::counting_kind counting,
                     const strata::object_heap_options& options)
      : objects(start(counting, options)), account(objects.memory().account()) {}

  std::optional<strata::cycle_collector::heap_type> plain;
  std::optional<strata::detail::object_core> threaded;
  strata::detail::object_core& objects;  // of whichever there is
  std::optional<strata::account> account;

 private:
  strata::detail::object_core& start(strata::detail::counting_kind counting,
                                     const strata::object_heap_options& options) {
    if (counting == strata::detail::counting_kind::plain) return plain.emplace(options).core();
    return threaded.emplace(counting, options);
  }
};

namespace strata::c_interface {

inline constexpr const char* null_object_heap = "strata: the heap of objects is NULL";

}  // namespace strata::c_interface
