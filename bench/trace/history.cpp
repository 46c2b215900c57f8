#include "trace/history.hpp"

#include <fmt/format.h>

#include <array>
#include <unordered_map>
#include <utility>

namespace strata::trace {
namespace {

constexpr std::uint64_t size_max = std::uint64_t{1} << 47;
constexpr unsigned alignment_log2_max = 40;

struct living_block {
  std::uint64_t number;
  std::uint64_t size;
};

// The first half of a reallocation, until its second one comes.
struct begun_realloc {
  std::uint64_t address;
  bool is_known;
  living_block block;
};

class historian {
 public:
  historian(std::pmr::memory_resource* memory, const std::function<void(const step&)>& follow)
      : follow_(follow), pool_(memory), living_(&pool_), begun_(&pool_) {}

  void add(const thread_event& next) {
    thread_ = next.thread;
    sequence_ = next.event.sequence;
    check(next.event);
    switch (next.event.tag) {
      case tag::malloc:
        return allocate(step_kind::malloc, next.event);
      case tag::calloc:
        return allocate(step_kind::calloc, next.event);
      case tag::aligned:
        return allocate(step_kind::aligned, next.event);
      case tag::free:
        return release(next.event.address);
      case tag::realloc_from:
        return begin_realloc(next.event.address);
      case tag::realloc_to:
        return end_realloc(next.event);
      case tag::thread:
      case tag::none:
        return;
    }
  }

  [[nodiscard]] const oddities& odd() const noexcept { return odd_; }

 private:
  static void check(const event& what) {
    if (what.size > size_max || what.alignment_log2 > alignment_log2_max) {
      throw damaged_trace(fmt::format("event {} is damaged: {} bytes, aligned to 2^{}",
                                      what.sequence, what.size, what.alignment_log2));
    }
  }

  void tell(step_kind kind, const living_block& block, std::uint64_t old_size = 0,
            std::uint8_t alignment_log2 = 0) const {
    follow_({kind, alignment_log2, thread_, sequence_, block.number, block.size, old_size});
  }

  void allocate(step_kind kind, const event& what) {
    if (living_.contains(what.address)) {
      ++odd_.missed_frees;
      release(what.address);
    }
    const living_block block{next_number_++, what.size};
    living_.emplace(what.address, block);
    tell(kind, block, 0, what.alignment_log2);
  }

  void release(std::uint64_t address) {
    if (address == 0) return tell(step_kind::free_null, {});
    const auto found = living_.find(address);
    if (found == living_.end()) {
      ++odd_.unknown_frees;
      return;
    }
    const living_block block = found->second;
    living_.erase(found);
    tell(step_kind::free, block);
  }

  void begin_realloc(std::uint64_t address) {
    const auto found = living_.find(address);
    const bool is_known = found != living_.end();
    begun_[thread_] = {address, is_known, is_known ? found->second : living_block{}};
    if (is_known) living_.erase(found);
    if (!is_known && address != 0) ++odd_.unknown_frees;
  }

  void end_realloc(const event& what) {
    const auto found = begun_.find(thread_);
    const begun_realloc begun = found == begun_.end() ? begun_realloc{} : found->second;
    if (found != begun_.end()) begun_.erase(found);
    if (what.address != 0 && !begun.is_known) return allocate(step_kind::malloc, what);
    if (!begun.is_known) return;
    if (what.address != 0) return move(begun.block, what);
    // realloc(block, 0) frees with most allocators; else a null pointer is a refusal.
    if (what.size == 0) return tell(step_kind::free, begun.block);
    living_.emplace(begun.address, begun.block);
  }

  void move(const living_block& from, const event& to) {
    if (living_.contains(to.address)) {
      ++odd_.missed_frees;
      release(to.address);
    }
    const living_block block{from.number, to.size};
    living_.emplace(to.address, block);
    tell(step_kind::realloc, block, from.size);
  }

  const std::function<void(const step&)>& follow_;
  std::pmr::unsynchronized_pool_resource pool_;
  std::pmr::unordered_map<std::uint64_t, living_block> living_;  // by address
  std::pmr::unordered_map<std::uint32_t, begun_realloc> begun_;  // by thread
  oddities odd_;
  std::uint64_t next_number_ = 0;
  std::uint32_t thread_ = 0;
  std::uint64_t sequence_ = 0;
};

}  // namespace

std::string_view name_of(step_kind kind) noexcept {
  constexpr std::array<std::string_view, 6> names = {"malloc",  "calloc", "aligned",
                                                     "realloc", "free",   "free_null"};
  return names[static_cast<std::size_t>(kind)];
}

oddities follow_history(const recorded_trace& trace, std::pmr::memory_resource* memory,
                        const std::function<void(const step&)>& follow) {
  historian told(memory, follow);
  for (const thread_event& each : trace.events) told.add(each);
  return told.odd();
}

}  // namespace strata::trace
