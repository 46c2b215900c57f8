// Where arenas' chunks come from.
#include <strata/arena/detail/arena_source.hpp>

#include <algorithm>
#include <cstdint>

#include <strata/resource/detail/upstream.hpp>

#include "os/os.hpp"

namespace strata::detail {

arena_source::arena_source(const arena_options& options)
    : upstream_(options.upstream),
      added_(options.range_added),
      removed_(options.range_removed),
      context_(options.range_context) {
  const std::string_view name = options.name.empty() ? "arena" : options.name;
  const std::size_t length = std::min(name.size(), sizeof(name_) - 1);
  *std::copy_n(name.begin(), length, name_) = '\0';

  const bool given =
      !options.name.empty() || options.limit != SIZE_MAX || options.parent != nullptr;
  const bool accounted = options.accounted && given;
  if (upstream_ == nullptr) {
    pages_ = accounted ? &own_pages_.emplace(page_resource_options{
                             .name = name, .limit = options.limit, .parent = options.parent})
                       : &shared_pages();
  } else if (accounted) {
    account_.emplace(
        account_options{.name = name, .limit = options.limit, .parent = options.parent});
  }
}

sized_block arena_source::take(std::size_t bytes, std::size_t alignment) noexcept {
  if (bytes > PTRDIFF_MAX) return {nullptr, 0};
  if (pages_ != nullptr) {
    const std::size_t page = os::platform::page_size();
    bytes = (bytes + page - 1) & ~(page - 1);
  }
  void* const range =
      pages_ != nullptr ? pages_->try_allocate(bytes, alignment) : take_upstream(bytes, alignment);
  if (range != nullptr && added_ != nullptr) added_(context_, range, bytes);
  return {range, bytes};
}

void* arena_source::take_upstream(std::size_t bytes, std::size_t alignment) noexcept {
  if (account_ && !account_->charge(bytes)) return nullptr;
  void* const range = try_allocate_from(*upstream_, bytes, alignment);
  if (range == nullptr && account_) account_->discharge(bytes);
  return range;
}

void arena_source::give(void* range, std::size_t bytes, std::size_t alignment) noexcept {
  if (removed_ != nullptr) removed_(context_, range, bytes);
  if (pages_ != nullptr) return pages_->deallocate(range, bytes, alignment);
  upstream_->deallocate(range, bytes, alignment);
  if (account_) account_->discharge(bytes);
}

std::optional<account> arena_source::account() const {
  if (pages_ != nullptr) return pages_->account();
  return account_;
}

}  // namespace strata::detail
