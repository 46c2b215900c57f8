// A resource that gives out no more than so many bytes at once.
//
//   strata::limited<> thumbnails(*std::pmr::get_default_resource(), 16 << 20);
//   strata::limited decoder(heap, 1 << 20, "decoder");   // direct calls to the heap
//
// What counts is the sum of the sizes that were asked for and not yet freed. A
// limit of whole pages, shared by many resources and with pressure handlers, is
// an account's (strata/account/account.hpp).
//
// Ownership: borrows the upstream, which must outlive it. Threads: by `Sharing`.
// Equality: with itself only. Cost: an addition and a comparison, and back.
#pragma once

#include <cstddef>
#include <memory_resource>
#include <string_view>

#include <strata/base/detail/diagnosis.hpp>
#include <strata/base/sharing.hpp>
#include <strata/resource/detail/adaptor.hpp>

namespace strata {

template <class Upstream = std::pmr::memory_resource, class Sharing = one_thread>
class limited final : public detail::adaptor<limited<Upstream, Sharing>, Upstream> {
 public:
  /// Effects: borrows `upstream`. `name`, of which the first bytes are kept, is
  ///   what refusals and diagnoses say.
  limited(Upstream& upstream, std::size_t limit, std::string_view name = "limited") noexcept
      : detail::adaptor<limited, Upstream>(upstream), limit_(limit), name_(name) {}

  [[nodiscard]] std::size_t limit() const noexcept { return limit_.get(); }

  /// Effects: binds requests from now on. A limit below what is used takes nothing
  ///   away; it refuses until enough was freed.
  void set_limit(std::size_t bytes) noexcept { limit_.set(bytes); }

  /// Returns: the bytes that are given out now.
  [[nodiscard]] std::size_t used() const noexcept { return used_.get(); }

 private:
  friend detail::resource_base<limited>;

  template <class Asking>
  void* obtain(std::size_t bytes, std::size_t alignment) {
    if (!used_.add_within(bytes, limit_.get())) [[unlikely]]
      return Asking::refuse(name_.view(), bytes);
    detail::unless_done undo([&]() noexcept { used_.subtract(bytes); });
    return undo.pass(Asking::from(this->upstream(), bytes, alignment));
  }

  void give_back(void* block, std::size_t bytes, std::size_t alignment) noexcept {
    const std::size_t before = used_.subtract(bytes);
    if (before < bytes) [[unlikely]]
      detail::report_more_freed_than_given(name_.view(), block, bytes, before);
    this->upstream().deallocate(block, bytes, alignment);
  }

  typename Sharing::counter used_;
  typename Sharing::counter limit_;
  detail::kept_name name_;
};

static_assert(resource<limited<>>);

}  // namespace strata
