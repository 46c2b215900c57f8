// A resource that counts what goes through it: blocks, bytes, the peak, refusals;
// altogether, and by tag (strata/adaptor/tagged.hpp).
//
//   strata::tracked memory(heap, "level");
//   strata::tagged textures(memory, "textures");
//   std::pmr::vector<std::byte> pixels(1 << 20, &textures);
//   memory.usage().peak_bytes;
//   memory.for_each_tag([](std::string_view name, const strata::usage& now) { ... });
//
// Ownership: borrows the upstream, which must outlive it. Threads: by `Sharing`.
// Equality: with itself only. Cost: five additions and stores per pair.
#pragma once

#include <cstddef>
#include <memory_resource>
#include <mutex>
#include <string_view>

#include <strata/adaptor/detail/usage_counters.hpp>
#include <strata/base/sharing.hpp>
#include <strata/resource/detail/adaptor.hpp>

namespace strata {

template <class Upstream = std::pmr::memory_resource, class Sharing = one_thread>
class tracked final : public detail::adaptor<tracked<Upstream, Sharing>, Upstream> {
 public:
  using sharing = Sharing;

  /// Effects: borrows `upstream`. `name`, of which the first bytes are kept, is
  ///   what diagnoses say.
  explicit tracked(Upstream& upstream, std::string_view name = "tracked") noexcept
      : detail::adaptor<tracked, Upstream>(upstream), counters_(name) {}

  [[nodiscard]] std::string_view name() const noexcept { return counters_.name(); }

  /// Returns: what was counted so far, with and without tags.
  [[nodiscard]] strata::usage usage() const noexcept { return counters_.usage(); }

  /// Effects: the peak becomes what is live now.
  void forget_peak() noexcept { counters_.forget_peak(); }

  /// Effects: calls `visitor(std::string_view name, const strata::usage&)` for each
  ///   tag, the latest first. It must not create or destroy tags.
  template <class Visitor>
  void for_each_tag(Visitor&& visitor) const {
    const std::lock_guard hold(tags_.mutex);
    for (auto* each = tags_.first; each != nullptr; each = each->next) {
      visitor(each->name(), each->usage());
    }
  }

 private:
  friend detail::resource_base<tracked>;
  template <class Tracked>
  friend class tagged;

  template <class Asking>
  void* obtain(std::size_t bytes, std::size_t alignment) {
    return counters_.count(bytes, [&] { return Asking::from(this->upstream(), bytes, alignment); });
  }

  void give_back(void* block, std::size_t bytes, std::size_t alignment) noexcept {
    counters_.gave_back(block, bytes);
    this->upstream().deallocate(block, bytes, alignment);
  }

  detail::usage_counters<Sharing> counters_;
  detail::usage_list<Sharing> tags_;
};

static_assert(resource<tracked<>>);

}  // namespace strata
