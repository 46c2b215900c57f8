// A named part of what goes through a strata::tracked resource: a resource of its
// own, whose blocks count both for the tag and for the whole.
//
//   strata::tracked memory(heap, "level");
//   strata::tagged textures(memory, "textures");
//   strata::tagged sounds(memory, "sounds");
//
// Ownership: borrows the tracked resource, which must outlive it; when the tag
// ends, its figures leave the list. Threads: as the tracked resource. Equality:
// with itself only. Cost: that of tracked, once more.
#pragma once

#include <cstddef>
#include <string_view>

#include <strata/adaptor/detail/usage_counters.hpp>
#include <strata/adaptor/tracked.hpp>
#include <strata/resource/detail/adaptor.hpp>

namespace strata {

template <class Tracked = tracked<>>
class tagged final : public detail::adaptor<tagged<Tracked>, Tracked> {
 public:
  /// Effects: enters the list of `whole`. Of `name` the first bytes are kept.
  tagged(Tracked& whole, std::string_view name)
      : detail::adaptor<tagged, Tracked>(whole), node_(name) {
    whole.tags_.add(node_);
  }

  /// Effects: leaves the list.
  ~tagged() override { this->upstream().tags_.remove(node_); }

  [[nodiscard]] std::string_view name() const noexcept { return node_.name(); }
  [[nodiscard]] strata::usage usage() const noexcept { return node_.usage(); }
  void forget_peak() noexcept { node_.forget_peak(); }

 private:
  friend detail::resource_base<tagged>;

  template <class Asking>
  void* obtain(std::size_t bytes, std::size_t alignment) {
    return node_.count(bytes, [&] { return Asking::from(this->upstream(), bytes, alignment); });
  }

  void give_back(void* block, std::size_t bytes, std::size_t alignment) noexcept {
    node_.gave_back(block, bytes);
    this->upstream().deallocate(block, bytes, alignment);
  }

  detail::usage_node<typename Tracked::sharing> node_;
};

static_assert(resource<tagged<>>);

}  // namespace strata
