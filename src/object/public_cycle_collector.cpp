// When cycles are searched for, and how long at once. See strata/object/cycle_collector.hpp.
#include <strata/object/cycle_collector.hpp>

#include <algorithm>
#include <utility>

#include <strata/base/detail/diagnosis.hpp>

namespace strata {
namespace {

using clock = std::chrono::steady_clock;

constexpr std::size_t work_between_looks = 64;  // at the clock

// Beside the account of the heap: what a collector needs must not be refused because
// the heap is full.
detail::pool_memory memory_of(const std::optional<account>& heap,
                              std::pmr::memory_resource* upstream) {
  if (!heap && upstream != nullptr) return detail::pool_memory({{}, SIZE_MAX, nullptr, upstream});
  const std::optional<account> parent = heap ? heap->parent() : std::nullopt;
  return detail::pool_memory({"cycles", SIZE_MAX, parent ? &*parent : nullptr, upstream});
}

}  // namespace

void detail::note_drop(object_header& header) noexcept {
  auto* const collector = static_cast<cycle_collector*>(object_core::home_of(header).companion());
  if (collector != nullptr) collector->note(header);
}

// A list that grows charges an account, and its pressure handlers must not begin a
// search of what is half written down.
void cycle_collector::note(object_header& header) noexcept {
  const bool was_stepping = std::exchange(is_stepping_, true);
  search_.note(header);
  is_stepping_ = was_stepping;
}

cycle_collector::cycle_collector(heap_type& heap, const cycle_options& options)
    : heap_(heap.core()),
      options_(options),
      account_(heap.account()),
      memory_(memory_of(account_, options.upstream)),
      search_(heap_, memory_) {
  if (options.under_pressure && account_) {
    handler_.emplace(*account_, [this](std::size_t) { return relieve(); });
  }
  if (heap_.companion() != nullptr) detail::report_two_collectors(heap_.memory().name());
  heap_.set_companion(this);
  if (options.automatic.objects != 0) heap_.on_growth(on_growth, this);
}

cycle_collector::~cycle_collector() {
  if (roots_ != 0) detail::report_roots_at_end(heap_.memory().name(), roots_);
  handler_.reset();
  heap_.on_growth(nullptr, nullptr);
  is_stepping_ = true;
  search_.finish();
  heap_.set_companion(nullptr);
}

// What a drop has let go of is still among what its object traces.
bool cycle_collector::is_busy() const noexcept { return is_stepping_ || heap_.is_draining(); }

cycle_progress cycle_collector::step(const cycle_budget& budget) noexcept {
  cycle_progress progress;
  if (is_busy()) return progress;
  is_stepping_ = true;
  const auto began = clock::now();
  const std::uint64_t collected = search_.statistics().collected;
  advance_until(budget, progress);
  progress.collected = static_cast<std::size_t>(search_.statistics().collected - collected);
  progress.finished = search_.is_idle();
  ++steps_;
  largest_step_ = std::max(largest_step_, progress.work);
  longest_step_ = std::max<std::chrono::nanoseconds>(longest_step_, clock::now() - began);
  is_stepping_ = false;
  return progress;
}

void cycle_collector::advance_until(const cycle_budget& budget, cycle_progress& progress) noexcept {
  const bool timed = budget.time != std::chrono::nanoseconds::max();
  const auto began = timed ? clock::now() : clock::time_point{};
  if (search_.is_idle()) bytes_ = 0;
  std::size_t look_at = work_between_looks;
  do {
    progress.work += search_.advance();
    if (timed && progress.work >= look_at) {
      if (clock::now() - began >= budget.time) break;
      look_at = progress.work + work_between_looks;
    }
  } while (!search_.is_idle() && progress.work < budget.objects);
}

std::size_t cycle_collector::collect() noexcept {
  if (is_busy()) return 0;
  is_stepping_ = true;
  const std::uint64_t before = search_.statistics().collected;
  bool is_partial = !search_.is_idle();
  bool found = false;
  do {
    const cycle_statistics last = search_.statistics();
    do {
      search_.advance();
    } while (!search_.is_idle());
    const cycle_statistics now = search_.statistics();
    found = now.collected != last.collected || now.finalised != last.finalised;
  } while (search_.candidates() != 0 && (found || std::exchange(is_partial, false)));
  bytes_ = 0;
  is_stepping_ = false;
  return static_cast<std::size_t>(search_.statistics().collected - before);
}

std::size_t cycle_collector::collect_all() noexcept {
  if (is_busy()) return 0;
  is_stepping_ = true;
  search_.note_all();
  is_stepping_ = false;
  return collect();
}

// Called before memory grows: what is collected now may serve instead.
void cycle_collector::on_growth(void* self, std::size_t bytes) noexcept {
  auto& collector = *static_cast<cycle_collector*>(self);
  collector.bytes_ += bytes;
  const std::size_t waiting = collector.search_.candidates();
  const bool due = waiting >= collector.options_.candidates ||
                   (waiting != 0 && collector.bytes_ >= collector.options_.bytes);
  if (due || !collector.search_.is_idle()) collector.step(collector.options_.automatic);
}

// Another thread's charge may have met a limit above the heap's; only the owner of the
// heap can end objects. Blocks that are free now serve the heap; chunks cannot go back
// while an object may be under construction.
std::size_t cycle_collector::relieve() noexcept {
  if (!heap_.is_owner()) return 0;
  const std::size_t before = account_->usage();
  collect();
  const std::size_t after = account_->usage();
  return before > after ? before - after : 0;
}

cycle_statistics cycle_collector::statistics() const noexcept {
  cycle_statistics all = search_.statistics();
  all.roots = roots_;
  all.steps = steps_;
  all.largest_step = largest_step_;
  all.longest_step = longest_step_;
  return all;
}

}  // namespace strata
