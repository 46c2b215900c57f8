// A resource that writes down what goes through it, for strata_replay.
//
//   strata::trace_writer trace("parse.trace");
//   strata::logged memory(heap, trace);
//   parse(memory);
//
// Requests that are refused are not in the trace.
//
// Ownership: borrows the upstream and the writer, which must outlive it. Threads: as
// the upstream. Equality: with itself only. Cost: a lock and some 7 bytes of file,
// for each call.
#pragma once

#include <cstddef>
#include <memory_resource>

#include <strata/adaptor/trace_writer.hpp>
#include <strata/resource/detail/adaptor.hpp>

namespace strata {

template <class Upstream = std::pmr::memory_resource>
class logged final : public detail::adaptor<logged<Upstream>, Upstream> {
 public:
  logged(Upstream& upstream, trace_writer& into) noexcept
      : detail::adaptor<logged, Upstream>(upstream), into_(&into) {}

 private:
  friend detail::resource_base<logged>;

  // An address is written down while it is ours: after it was given, and before it
  // is given back. Otherwise another thread's block could come between.
  template <class Asking>
  void* obtain(std::size_t bytes, std::size_t alignment) {
    void* const block = Asking::from(this->upstream(), bytes, alignment);
    if (block != nullptr) into_->allocated(block, bytes, alignment);
    return block;
  }

  void give_back(void* block, std::size_t bytes, std::size_t alignment) noexcept {
    into_->released(block);
    this->upstream().deallocate(block, bytes, alignment);
  }

  trace_writer* into_;
};

static_assert(resource<logged<>>);

}  // namespace strata
