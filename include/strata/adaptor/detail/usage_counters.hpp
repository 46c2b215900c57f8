// The figures behind strata::tracked and its tags. Not for programs, but for
// strata::usage.
#pragma once

#include <cstddef>
#include <mutex>
#include <string_view>

#include <strata/base/detail/diagnosis.hpp>
#include <strata/resource/detail/adaptor.hpp>

namespace strata {

/// What went through a resource. Bytes are those that were asked for.
struct usage {
  std::size_t live_bytes = 0;     ///< given out and not yet freed
  std::size_t peak_bytes = 0;     ///< the most that were live at once
  std::size_t allocations = 0;    ///< requests that were served
  std::size_t deallocations = 0;  ///< blocks that were freed
  std::size_t refusals = 0;       ///< requests that were not served

  [[nodiscard]] std::size_t live_blocks() const noexcept { return allocations - deallocations; }
};

namespace detail {

template <class Sharing>
class usage_counters {
 public:
  explicit usage_counters(std::string_view name) noexcept : name_(name) {}

  [[nodiscard]] std::string_view name() const noexcept { return name_.view(); }

  // Counts what `ask` brings: a block, nullptr, or an exception, which goes on.
  template <class Ask>
  void* count(std::size_t bytes, Ask&& ask) {
    unless_done refused([&]() noexcept { refusals_.add(1); });
    void* const block = refused.pass(ask());
    if (block != nullptr) took(bytes);
    return block;
  }

  void gave_back(void* block, std::size_t bytes) noexcept {
    const std::size_t before = live_.subtract(bytes);
    if (before < bytes) [[unlikely]]
      report_more_freed_than_given(name_.view(), block, bytes, before);
    deallocations_.add(1);
  }

  // Deallocations are read first: other threads may free meanwhile, and no block
  // is freed before it was counted.
  [[nodiscard]] strata::usage usage() const noexcept {
    strata::usage now;
    now.deallocations = deallocations_.get();
    now.allocations = allocations_.get();
    now.live_bytes = live_.get();
    now.peak_bytes = peak_.get();
    now.refusals = refusals_.get();
    return now;
  }

  void forget_peak() noexcept { peak_.set(live_.get()); }

 private:
  void took(std::size_t bytes) noexcept {
    peak_.raise_to(live_.add(bytes));
    allocations_.add(1);
  }

  typename Sharing::counter live_;
  typename Sharing::counter peak_;
  typename Sharing::counter allocations_;
  typename Sharing::counter deallocations_;
  typename Sharing::counter refusals_;
  kept_name name_;
};

// The counters of one tag, in the list of its tracked resource.
template <class Sharing>
struct usage_node : usage_counters<Sharing> {
  using usage_counters<Sharing>::usage_counters;
  usage_node* next = nullptr;
};

template <class Sharing>
struct usage_list {
  void add(usage_node<Sharing>& node) {
    const std::lock_guard hold(mutex);
    node.next = first;
    first = &node;
  }

  void remove(usage_node<Sharing>& node) noexcept {
    const std::lock_guard hold(mutex);
    usage_node<Sharing>** link = &first;
    while (*link != &node) link = &(*link)->next;
    *link = node.next;
  }

  mutable typename Sharing::mutex mutex;
  usage_node<Sharing>* first = nullptr;
};

}  // namespace detail
}  // namespace strata
