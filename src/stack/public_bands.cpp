// Groups of blocks come and go; see strata/stack/detail/bands.hpp.
#include <strata/stack/detail/bands.hpp>

#include <algorithm>
#include <new>
#include <utility>

#include <strata/base/detail/diagnosis.hpp>
#include <strata/base/error.hpp>

#include "account/account.hpp"
#include "base/base.hpp"

namespace strata::detail {
namespace {

// Blocks share a piece of memory until they are that large.
constexpr std::size_t group_bytes = 64 * base::kib;

using band_name = base::text<32>;

band_name name_of_band(std::size_t bytes) noexcept {
  if (bytes == 0) return band_name().add("apart");
  if (bytes % base::kib != 0) return band_name().add_decimal(bytes).add(" B");
  return band_name().add_decimal(bytes / base::kib).add(" KiB");
}

}  // namespace

bands::bands(const bands_options& options)
    : least_(options.least),
      least_shift_(static_cast<std::size_t>(std::countr_zero(options.least))),
      count_(std::bit_width(options.most / options.least)),
      head_inside_(options.head_inside ? band_block::head_bytes : 0),
      budget_(options.idle_bytes),
      end_attached_(options.end_attached),
      upstream_(options.upstream) {
  const std::string_view kept = core::utf8_prefix(options.name, sizeof name_ - 1);
  std::copy(kept.begin(), kept.end(), name_);
  if (upstream_ == nullptr || options.charges) {
    account_.emplace(
        account_options{.name = name(), .limit = options.limit, .parent = options.parent});
  }
}

bands::~bands() { end(trim()); }

bool bands::prepare(std::size_t band) noexcept {
  if (sources_[band]) return true;
  arena_options from{.upstream = upstream_};
  const band_name name = name_of_band(band == count_ ? 0 : band_bytes(band));
  if (account_) {
    from.name = name.view();
    from.parent = &*account_;
  }
  try {
    sources_[band].emplace(from);
  } catch (const out_of_memory&) {
    return false;
  }
  return true;
}

// Behind a head at a smaller address than the payload's alignment asks for.
band_group* bands::make_group(std::size_t band, std::size_t bytes, std::size_t alignment) noexcept {
  constexpr std::size_t head = band_block::head_bytes;
  const bool apart = band == count_;
  const std::size_t aligned = apart ? std::max(alignment, head) : head;
  if (aligned > PTRDIFF_MAX || (apart && bytes > PTRDIFF_MAX - aligned - head)) return nullptr;
  const std::size_t step = apart ? base::align_up(bytes, head) + head : stride(band);
  const std::size_t blocks = apart ? 1 : std::max<std::size_t>(group_bytes / step, 1);
  const std::size_t wanted = blocks * step + (aligned - head);

  auto* const made = new (std::nothrow) band_group{};
  if (made == nullptr) return nullptr;
  const sized_block range = sources_[band]->take(wanted, aligned);
  if (range.block == nullptr) {
    delete made;
    return nullptr;
  }
  poison(range.block, range.bytes);
  made->range = static_cast<std::byte*>(range.block);
  made->range_bytes = range.bytes;
  made->range_alignment = aligned;
  made->begin = made->range + (aligned - head);
  made->stride = step;
  made->band = static_cast<std::uint32_t>(band);
  made->blocks = apart ? 1 : static_cast<std::uint32_t>(range.bytes / step);
  return made;
}

band_block& bands::add(band_group& made) noexcept {
  counts& now = counts_[made.band];
  ++now.groups;
  ++now.opened;
  now.blocks += made.blocks;
  now.held_bytes += made.range_bytes;
  idle_bytes_ += made.range_bytes;
  link(made);
  return take_of(made);
}

// The group that got a block back last is the one whose memory is hot.
void bands::link(band_group& group) noexcept {
  band_group*& first = with_room_[group.band];
  group.previous = nullptr;
  group.next = first;
  if (first != nullptr) first->previous = &group;
  first = &group;
}

void bands::unlink(band_group& group) noexcept {
  if (group.next != nullptr) group.next->previous = group.previous;
  band_group*& to_it = group.previous != nullptr ? group.previous->next : with_room_[group.band];
  to_it = group.next;
}

// -- Groups that go back ------------------------------------------------------------

band_group* bands::settle(band_group& group, bool was_full) noexcept {
  if (was_full) link(group);
  if (group.live != 0) return nullptr;
  idle_bytes_ += group.range_bytes;
  if (group.band != count_ && idle_bytes_ <= budget_) return nullptr;
  withdraw(group);
  group.next = nullptr;
  return &group;
}

void bands::withdraw(band_group& group) noexcept {
  unlink(group);
  counts& now = counts_[group.band];
  --now.groups;
  ++now.returned;
  now.blocks -= group.blocks;
  now.held_bytes -= group.range_bytes;
  idle_bytes_ -= group.range_bytes;
}

band_group* bands::trim() noexcept {
  band_group* list = nullptr;
  for (band_group* first : with_room_) {
    while (first != nullptr) {
      band_group& group = *first;
      first = group.next;
      if (group.live != 0) continue;
      withdraw(group);
      group.next = list;
      list = &group;
    }
  }
  return list;
}

void bands::strip(band_block& block) const noexcept {
  if (block.attached != nullptr) end_attached_(std::exchange(block.attached, nullptr));
}

std::size_t bands::end(band_group* list) noexcept {
  std::size_t bytes = 0;
  while (list != nullptr) {
    band_group* const group = std::exchange(list, list->next);
    for (band_block* block = group->free; block != nullptr; block = block->next) strip(*block);
    unpoison(group->range, group->range_bytes);
    bytes += group->range_bytes;
    sources_[group->band]->give(group->range, group->range_bytes, group->range_alignment);
    delete group;
  }
  return bytes;
}

// -- Figures --------------------------------------------------------------------------

bands_statistics bands::statistics() const noexcept {
  bands_statistics now;
  now.name = name();
  now.count = count_;
  for (std::size_t band = 0; band < count_; ++band) now.each[band] = statistics_of(band);
  now.apart = statistics_of(count_);
  return now;
}

band_statistics bands::statistics_of(std::size_t band) const noexcept {
  const counts& now = counts_[band];
  const bool apart = band == count_;
  return {.bytes = apart ? 0 : band_bytes(band),
          .active = now.active,
          .idle = now.blocks - now.active,
          .peak = now.peak,
          .groups = now.groups,
          .active_bytes = apart ? now.held_bytes : now.active * stride(band),
          .held_bytes = now.held_bytes,
          .opened = now.opened,
          .returned = now.returned};
}

bool bands::invariant() const noexcept {
  std::size_t idle = 0;
  std::size_t active = 0;
  for (std::size_t band = 0; band <= count_; ++band) {
    active += counts_[band].active;
    for (const band_group* at = with_room_[band]; at != nullptr; at = at->next) {
      if (at->is_full() || at->live > at->cut || at->cut > at->blocks) return false;
      if (at->next != nullptr && at->next->previous != at) return false;
      if (at->live == 0) idle += at->range_bytes;
    }
  }
  return idle == idle_bytes_ && idle_bytes_ <= budget_ && active == active_ && active <= peak_;
}

}  // namespace strata::detail

namespace strata {

band_statistics bands_statistics::total() const noexcept {
  band_statistics sum = apart;
  for (const band_statistics& one : bands()) {
    sum.active += one.active;
    sum.idle += one.idle;
    sum.peak += one.peak;
    sum.groups += one.groups;
    sum.active_bytes += one.active_bytes;
    sum.held_bytes += one.held_bytes;
    sum.opened += one.opened;
    sum.returned += one.returned;
  }
  return sum;
}

}  // namespace strata
