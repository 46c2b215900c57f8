// The cold half of strata/pool/detail/lock_free_slots.hpp.
#include <strata/base/detail/poison.hpp>
#include <strata/pool/detail/lock_free_slots.hpp>
#include <strata/pool/detail/pool_mark.hpp>
#include <strata/pool/pool_error.hpp>

#include <algorithm>
#include <bit>
#include <memory>
#include <new>
#include <thread>

namespace strata::detail {
namespace {

// As many as may run at once, and some that wait. More threads than that work
// without a pocket.
std::uint32_t pockets_wanted() noexcept {
  return std::bit_ceil(std::max(2 * std::thread::hardware_concurrency(), 8U));
}

slot_index checked_capacity(std::size_t slots) {
  if (slots == 0) {
    throw invalid_pool_config({pool_config_problem::no_capacity, "capacity",
                               "a lock_free_pool never grows, so it needs one above 0"});
  }
  if (slots > slots_at_most) {
    throw invalid_pool_config({pool_config_problem::capacity_too_large, "capacity",
                               "the slots of a lock_free_pool are numbered with 32 bits"});
  }
  return static_cast<slot_index>(slots);
}

// Few enough that what lies in pockets of others is seldom needed.
std::int32_t room_for(slot_index capacity) noexcept {
  return std::clamp(static_cast<std::int32_t>(std::min(capacity, slot_index{1} << 20) / 8), 1,
                    lock_free_slots::pocket::entries_max);
}

constexpr std::size_t round_up(std::size_t bytes, std::size_t alignment) {
  return (bytes + alignment - 1) & ~(alignment - 1);
}

}  // namespace

lock_free_slots::lock_free_slots(std::size_t stride, std::size_t alignment,
                                 const shared_pool_options& options)
    : pocket_count_(pockets_wanted()),
      capacity_(checked_capacity(options.capacity)),
      batch_(static_cast<std::uint32_t>(std::clamp(room_for(capacity_) / 4, 1, 32))),
      room_(room_for(capacity_)),
      mark_(fresh_mark(this)),
      alignment_(std::max(alignment, alignof(pocket))),
      memory_({options.name, options.limit, options.parent, options.upstream}) {
  const std::size_t pocket_bytes = pocket_count_ * sizeof(pocket);
  const std::size_t first = round_up(pocket_bytes + capacity_ * sizeof(stack::link), alignment_);
  if (stride > (PTRDIFF_MAX - first) / capacity_) throw out_of_memory(memory_.name(), SIZE_MAX);
  bytes_ = first + capacity_ * stride;
  auto* const memory = static_cast<std::byte*>(memory_.try_allocate(bytes_, alignment_));
  if (memory == nullptr) throw out_of_memory(memory_.name(), bytes_);
  pockets_ = reinterpret_cast<pocket*>(memory);
  links_ = reinterpret_cast<stack::link*>(memory + pocket_bytes);
  slots_ = memory + first;
  std::uninitialized_value_construct_n(pockets_, pocket_count_);
  std::uninitialized_value_construct_n(links_, capacity_);
  fill();
}

lock_free_slots::~lock_free_slots() {
  unpoison(pockets_, bytes_);
  memory_.deallocate(pockets_, bytes_, alignment_);
}

void lock_free_slots::fill() noexcept {
  std::for_each_n(pockets_, pocket_count_, [this](pocket& each) { each.reset(room_); });
  live_.store(0, std::memory_order_relaxed);
  stack_.fill(links_, capacity_);
}

// A thread that was stolen from leaves to others what it does not need at once.
slot_index lock_free_slots::take_slow() noexcept {
  if (this_thread_index == thread_index_unknown && acquire_thread_index() < pocket_count_) {
    return take();
  }
  const bool fills = has_pocket() && pockets_[this_thread_index].room() >= 0;
  slot_index taken =
      fills ? take_some(stack_, pockets_[this_thread_index], batch_) : stack_.pop(1).first;
  if (taken == no_slot) taken = take_anywhere(stack_, pockets_, pocket_count_, fence_);
  if (taken != no_slot) count(1);
  return taken;
}

void lock_free_slots::give_slow(slot_index index) noexcept {
  if (this_thread_index == thread_index_unknown && acquire_thread_index() < pocket_count_) {
    return give(index);
  }
  count(-1);
  if (!has_pocket()) return stack_.push({index, index, 1});
  pocket& mine = pockets_[this_thread_index];
  mine.share(room_);
  give_some(stack_, mine, index, batch_, fence_);
}

void lock_free_slots::count(std::int32_t change) noexcept {
  if (has_pocket()) return pockets_[this_thread_index].count(change);
  live_.fetch_add(change, std::memory_order_relaxed);
}

std::size_t lock_free_slots::taken() const noexcept {
  std::int64_t sum = live_.load(std::memory_order_relaxed);
  std::for_each_n(pockets_, pocket_count_, [&](const pocket& each) { sum += each.counted(); });
  return static_cast<std::size_t>(std::clamp<std::int64_t>(sum, 0, capacity_));
}

void lock_free_slots::take_census() noexcept {
  const auto count = [this](slot_index index) {
    links_[index].store(counted_slot, std::memory_order_relaxed);
  };
  stack_.each(count);
  std::for_each_n(pockets_, pocket_count_, [&](const pocket& each) { each.each(count); });
}

}  // namespace strata::detail
