// The report as text. docs/reference/report.md explains it line by line: a line
// that changes here changes there.
#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <utility>

#include "breakdown.hpp"
#include "ending.hpp"
#include "quantity.hpp"
#include "report.hpp"

namespace strata::tool {
namespace {

constexpr std::size_t bar_columns = 16;
constexpr std::size_t class_rows_max = 12;

// Collects lines; every function below adds one section.
class page {
 public:
  explicit page(const look& shown) : shown_(shown) {}

  template <class... Values>
  void line(fmt::format_string<Values...> format, Values&&... values) {
    std::string made = fmt::format(format, std::forward<Values>(values)...);
    made.erase(made.find_last_not_of(' ') + 1);
    text_ += made + "\n";
  }
  void blank() { text_ += "\n"; }
  void heading(std::string_view title) {
    blank();
    line("{}", shown_.strong(title));
  }

  [[nodiscard]] const look& shown() const { return shown_; }
  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  const look& shown_;
  std::string text_;
};

void add_head(page& out, const run_report& report) {
  const bool fine = !report.signal && report.exit_code == 0;
  const std::string end = describe_end(report);
  out.line("{} {}: {} (process {})", out.shown().strong("strata:"), report.command.front(),
           fine ? end : out.shown().alarming(end), report.process);
  out.blank();
  out.line("time       {} elapsed, {} user, {} system", human_time(report.elapsed),
           human_time(report.user), human_time(report.system));
  if (!report.memory) {
    out.line("resident   {} at the peak of the largest process",
             human_bytes(report.tree_peak_bytes));
    return;
  }
  const core::snapshot& memory = *report.memory;
  out.line("resident   {} at exit, {} at the peak", human_bytes(memory.resident),
           human_bytes(memory.resident_peak));
  out.line("held       {} at exit, at most {} at the peak", human_bytes(memory.held),
           human_bytes(memory.held_peak));
  out.line("reserved   {} of address space, {} regions, {} segments in use",
           human_bytes(memory.reserved), grouped(memory.regions), grouped(memory.segments));
}

void add_bytes_row(page& out, std::string_view label, std::uint64_t bytes, std::uint64_t whole,
                   bool with_bar) {
  out.line("  {:<50}{:>16}{:>11}{:>9}  {}", label, grouped(bytes), human_bytes(bytes),
           percent(bytes, whole),
           with_bar ? out.shown().bar(bytes, whole, bar_columns) : std::string());
}

void add_rest_of_process(page& out, const core::snapshot& memory) {
  const std::int64_t rest = rest_of_process_bytes(memory);
  if (rest >= 0) {
    const auto bytes = static_cast<std::uint64_t>(rest);
    out.line("  {:<50}{:>16}{:>11}", "rest of the process (code, stacks, other mappings)",
             grouped(bytes), human_bytes(bytes));
  } else {
    const auto bytes = static_cast<std::uint64_t>(-rest);
    out.line("  {:<50}{:>16}{:>11}", "held but not resident (never touched, or swapped)",
             "-" + grouped(bytes), "-" + human_bytes(bytes));
  }
  out.line("  {:<50}{:>16}{:>11}", "resident at exit", grouped(memory.resident),
           human_bytes(memory.resident));
}

void add_parts(page& out, const core::snapshot& memory) {
  out.heading("Where memory was at exit, in bytes");
  for (const part& each : parts_of_held(memory)) {
    add_bytes_row(out, each.label, each.bytes, memory.held, true);
  }
  add_bytes_row(out, "held by strata: the sum", memory.held, memory.held, false);
  if (const std::int64_t off = unexplained_bytes(memory); off != 0) {
    out.line("  {}", out.shown().alarming(fmt::format(
                         "the parts miss the sum by {} bytes: please report this", off)));
  }
  add_rest_of_process(out, memory);
}

void add_holder(page& out, const std::string& holder, std::uint64_t blocks, std::uint64_t bytes,
                std::uint64_t whole) {
  out.line("  {:<34}{:>16}{:>16}{:>11}{:>9}  {}", holder, grouped(blocks), grouped(bytes),
           human_bytes(bytes), percent(bytes, whole), out.shown().bar(bytes, whole, bar_columns));
}

void add_remaining_classes(page& out, const std::vector<class_row>& rows, std::uint64_t whole) {
  if (rows.size() <= class_rows_max) return;
  std::uint64_t blocks = 0;
  std::uint64_t bytes = 0;
  for (std::size_t i = class_rows_max; i < rows.size(); ++i) {
    blocks += rows[i].figures->live_blocks;
    bytes += rows[i].live_bytes;
  }
  add_holder(out, fmt::format("{} more classes", rows.size() - class_rows_max), blocks, bytes,
             whole);
}

void add_holders(page& out, const core::snapshot& memory) {
  const std::vector<class_row> rows = classes_by_live_bytes(memory);
  const std::uint64_t whole = memory.live_bytes + memory.large_live;
  std::uint64_t blocks = memory.large_live_blocks;
  for (const class_row& row : rows) blocks += row.figures->live_blocks;

  out.heading("Who holds memory at exit");
  out.line("{}", out.shown().faint(fmt::format("  {:<34}{:>16}{:>16}{:>11}{:>9}", "blocks of",
                                               "blocks", "bytes", "", "share")));
  for (std::size_t i = 0; i < std::min(rows.size(), class_rows_max); ++i) {
    add_holder(out, grouped(rows[i].figures->block_size) + " bytes", rows[i].figures->live_blocks,
               rows[i].live_bytes, whole);
  }
  add_remaining_classes(out, rows, whole);
  if (memory.large_live_blocks != 0) {
    add_holder(out, "large blocks", memory.large_live_blocks, memory.large_live, whole);
  }
  out.line("  {:<34}{:>16}{:>16}{:>11}", "the program, in all", grouped(blocks), grouped(whole),
           human_bytes(whole));
}

void add_events(page& out, const core::snapshot& memory) {
  const hit_rate hits = thread_cache_hits(memory);
  out.heading("How requests were served");
  out.line("  thread caches   {} of about {} requests without a refill",
           percent(hits.hits, hits.requests), grouped(hits.requests));
  out.line("  refills         {}: {} from the active slab, {} from the queue, {} from fresh blocks",
           grouped(memory.refills), percent(memory.refills_from_active, memory.refills),
           percent(memory.refills_from_queue, memory.refills),
           percent(refills_from_fresh(memory), memory.refills));
  out.line("                  {} after reading mail, {} new slabs",
           percent(memory.refills_from_mail, memory.refills), grouped(memory.refills_from_segment));
  out.line("  large cache     {} of {} large requests",
           percent(memory.large_cache_hits, memory.large_allocations),
           grouped(memory.large_allocations));
  out.line("  remote frees    {} blocks in {} batches", grouped(memory.remote_blocks),
           grouped(memory.remote_batches));
  out.line("  purges          {}, which returned {}", grouped(memory.purges),
           human_bytes(memory.purged_bytes));
  out.line("  local heaps     {} in use, {} adopted from ended threads",
           grouped(memory.threads_now), grouped(memory.threads_adopted));
}

}  // namespace

std::string text_report(const run_report& report, const look& shown) {
  page out(shown);
  add_head(out, report);
  if (report.memory) {
    add_parts(out, *report.memory);
    add_holders(out, *report.memory);
    add_events(out, *report.memory);
  } else {
    out.line("memory     unknown: {}", report.memory_missing);
  }
  return out.take();
}

}  // namespace strata::tool
