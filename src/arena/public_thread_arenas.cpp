// Who has which arena. A set is shared by its handle and by each thread that uses
// it, so that either may end first:
//
//   thread_arenas --> set <-- entry of a thread's list
//                      |
//                      owns all arenas; those without a thread wait in it
//
// The set's lock is taken when a thread comes or goes, never to allocate.
#include <strata/arena/thread_arenas.hpp>

#include <algorithm>
#include <atomic>
#include <mutex>
#include <utility>
#include <vector>

#include <strata/resource/page_resource.hpp>

namespace strata {
namespace detail {

class thread_arena_set {
 public:
  explicit thread_arena_set(const thread_arenas_options& options) : end_(options.at_thread_end) {
    each_ = {.upstream = options.upstream,
             .chunk_bytes = options.chunk_bytes,
             .chunk_bytes_max = options.chunk_bytes_max};
    if (options.upstream != nullptr) return;
    const std::string_view name = options.name.empty() ? "thread arenas" : options.name;
    each_.upstream = &pages_.emplace(
        page_resource_options{.name = name, .limit = options.limit, .parent = options.parent});
  }

  // An arena that waits, the youngest first, or a new one.
  [[nodiscard]] arena& join() {
    const std::lock_guard guard(lock_);
    if (!waiting_.empty()) {
      arena* const adopted = waiting_.back();
      waiting_.pop_back();
      return *adopted;
    }
    waiting_.reserve(arenas_.size() + 1);  // so that to leave needs no memory
    return *arenas_.emplace_back(std::make_unique<arena>(each_));
  }

  void leave(arena& which) noexcept {
    const std::lock_guard guard(lock_);
    if (ended_) return;
    if (end_ == thread_arena_end::released) which.reset(arena_keep::none());
    waiting_.push_back(&which);
  }

  void end() noexcept {
    const std::lock_guard guard(lock_);
    ended_ = true;
    waiting_.clear();
    arenas_.clear();
    pages_.reset();
  }

  template <class Visitor>
  void for_each(Visitor visit) {
    const std::lock_guard guard(lock_);
    for (const auto& each : arenas_) visit(*each);
  }

  [[nodiscard]] std::size_t size() {
    const std::lock_guard guard(lock_);
    return arenas_.size();
  }
  [[nodiscard]] std::size_t waiting() {
    const std::lock_guard guard(lock_);
    return waiting_.size();
  }

  [[nodiscard]] std::optional<account> charged() const {
    if (!pages_) return std::nullopt;
    return pages_->account();
  }

 private:
  std::mutex lock_;
  thread_arena_end end_;
  bool ended_ = false;
  std::optional<page_resource> pages_;  // before what stands on it
  arena_options each_;
  std::vector<std::unique_ptr<arena>> arenas_;
  std::vector<arena*> waiting_;
};

}  // namespace detail

namespace {

using detail::thread_arena_set;

constinit std::atomic<std::uint64_t> sets_made{0};

// The thread's list is gone, and destructors of other thread-local objects still run.
constinit thread_local bool this_thread_ended = false;

// The arenas of one thread. It leaves them when it ends.
class thread_list {
 public:
  struct entry {
    std::shared_ptr<thread_arena_set> set;
    arena* mine;
  };

  thread_list() = default;
  thread_list(const thread_list&) = delete;
  thread_list& operator=(const thread_list&) = delete;
  ~thread_list() {
    detail::this_thread_arena = {};
    this_thread_ended = true;
    for (const entry& each : entries_) each.set->leave(*each.mine);
  }

  [[nodiscard]] arena& find(const std::shared_ptr<thread_arena_set>& set) {
    for (const entry& each : entries_) {
      if (each.set == set) return *each.mine;
    }
    // Sets that ended: only this list still knows them.
    std::erase_if(entries_, [](const entry& each) { return each.set.use_count() == 1; });
    entries_.reserve(entries_.size() + 1);
    entries_.push_back({.set = set, .mine = &set->join()});
    return *entries_.back().mine;
  }

 private:
  std::vector<entry> entries_;
};

thread_local thread_list this_thread_list;

}  // namespace

thread_arenas::thread_arenas(const thread_arenas_options& options)
    : number_(sets_made.fetch_add(1, std::memory_order_relaxed) + 1),
      set_(std::make_shared<detail::thread_arena_set>(options)) {}

thread_arenas::~thread_arenas() { set_->end(); }

arena& thread_arenas::find_local() {
  // Nobody will adopt what a thread takes that late; it ends with the set.
  arena& mine = this_thread_ended ? set_->join() : this_thread_list.find(set_);
  detail::this_thread_arena = {number_, &mine};
  return mine;
}

void thread_arenas::reset(arena_keep keep) noexcept {
  set_->for_each([keep](arena& each) { each.reset(keep); });
}

void thread_arenas::visit(void (*visitor)(void* context, arena& each), void* context) {
  set_->for_each([&](arena& each) { visitor(context, each); });
}

std::size_t thread_arenas::size() const noexcept { return set_->size(); }

std::size_t thread_arenas::waiting() const noexcept { return set_->waiting(); }

std::optional<account> thread_arenas::account() const { return set_->charged(); }

}  // namespace strata
