// Where the range of a bump region comes from, and how it goes back.
#include <strata/arena/detail/bump_range.hpp>

#include <algorithm>
#include <limits>
#include <new>

#include <strata/arena/range_full.hpp>
#include <strata/base/error.hpp>

#include "account/account.hpp"
#include "base/base.hpp"
#include "os/os.hpp"

namespace strata::detail {
namespace {

constexpr std::string_view default_name = "bump region";

std::string_view name_or_default(std::string_view name) noexcept {
  return name.empty() ? default_name : name;
}

page_resource_options pages_of(const bump_region_options& options) noexcept {
  return {.name = name_or_default(options.name), .limit = options.limit, .parent = options.parent};
}

// SIZE_MAX, which everybody refuses, when the sum is too large to say.
std::size_t whole_pages(std::size_t bytes, std::size_t unit, std::size_t guard_bytes) noexcept {
  constexpr std::size_t most = std::numeric_limits<std::ptrdiff_t>::max();
  if (bytes > most || guard_bytes > most / 4) return SIZE_MAX;
  return base::align_up(std::max<std::size_t>(bytes, 1), unit) + 2 * guard_bytes;
}

}  // namespace

bump_range::bump_range(std::size_t bytes, bump_range_shape shape,
                       const bump_region_options& options) {
  keep_name(options.name);
  if (options.upstream == nullptr) {
    take_pages(bytes, shape, options);
  } else {
    alignment_ = std::max(shape.alignment, alignof(std::max_align_t));
    take_upstream(bytes, options);
  }
}

bump_range::bump_range(std::span<std::byte> buffer, std::string_view name) noexcept
    : begin_(buffer.data()), end_(buffer.data() + buffer.size()) {
  keep_name(name);
}

bump_range::~bump_range() {
  const std::size_t bytes = base::distance(begin_, end_);
  if (upstream_ != nullptr) {
    upstream_->deallocate(begin_, bytes, alignment_);
    if (account_.has_value()) account_->discharge(bytes);
  } else if (pages_.has_value()) {
    if (guard_bytes_ != 0) withdraw(guarded_);
    give_pages(begin_ - guard_bytes_, end_ + guard_bytes_);
  }
}

std::optional<account> bump_range::account() const {
  return pages_.has_value() ? pages_->account() : account_;
}

void bump_range::keep_name(std::string_view name) noexcept {
  const std::string_view kept =
      core::utf8_prefix(name_or_default(name), core::account_name::bytes_max);
  std::copy(kept.begin(), kept.end(), name_);
  name_bytes_ = kept.size();
}

// -- Pages of its own ----------------------------------------------------------

void bump_range::take_pages(std::size_t bytes, bump_range_shape shape,
                            const bump_region_options& options) {
  const std::size_t page_bytes = os::platform::page_size();
  alignment_ = std::max(shape.alignment, page_bytes);
  const std::size_t guard_bytes =
      shape.guard_pages == 0 ? 0 : base::align_up(shape.guard_pages * page_bytes, alignment_);
  const std::size_t all = whole_pages(bytes, page_bytes, guard_bytes);
  page_resource& pages = pages_.emplace(pages_of(options));
  std::byte* const first = static_cast<std::byte*>(pages.allocate(all, alignment_));
  begin_ = first + guard_bytes;
  end_ = first + all - guard_bytes;
  if (guard_bytes != 0) install_guards(guard_bytes);
}

void bump_range::install_guards(std::size_t guard_bytes) {
  using os::guard_kind;
  std::byte* const low = begin_ - guard_bytes;
  if (os::platform::install_guard(low, guard_bytes) == guard_kind::none ||
      os::platform::install_guard(end_, guard_bytes) == guard_kind::none) {
    guard_bytes_ = guard_bytes;
    give_pages(low, end_ + guard_bytes);
    throw out_of_memory(name(), guard_bytes);
  }
  guard_bytes_ = guard_bytes;
  guarded_ = {.kind = "bump region",
              .name = name_,
              .low = low,
              .begin = begin_,
              .end = end_,
              .high = end_ + guard_bytes};
  announce(guarded_);
}

// Others will write where the guards were.
void bump_range::give_pages(std::byte* low, std::byte* high) noexcept {
  if (guard_bytes_ != 0) {
    base::check(os::platform::remove_guard(low, guard_bytes_) &&
                    os::platform::remove_guard(end_, guard_bytes_),
                "the system keeps the guards of a bump region");
  }
  pages_->deallocate(low, base::distance(low, high), alignment_);
}

// -- An upstream ---------------------------------------------------------------

void bump_range::take_upstream(std::size_t bytes, const bump_region_options& options) {
  const std::size_t wanted = std::max<std::size_t>(bytes, 1);
  if (!options.name.empty() || options.limit != SIZE_MAX || options.parent != nullptr) {
    account_.emplace(
        account_options{.name = name(), .limit = options.limit, .parent = options.parent});
    if (!account_->charge(wanted)) throw out_of_memory(name(), wanted);
  }
  begin_ = static_cast<std::byte*>(allocate_charged(*options.upstream, wanted));
  end_ = begin_ + wanted;
  upstream_ = options.upstream;
}

void* bump_range::allocate_charged(std::pmr::memory_resource& upstream, std::size_t bytes) {
  try {
    return upstream.allocate(bytes, alignment_);
  } catch (...) {
    if (account_.has_value()) account_->discharge(bytes);
    throw;
  }
}

}  // namespace strata::detail
