// What all parts of the engine share: its making, its end, errors and counts.
#include "adaptor/checked_blocks.hpp"

#include <algorithm>
#include <vector>

#include "os/os.hpp"

namespace strata::core {
namespace {

// Records and blocks stand apart in the report of accounts.
std::pmr::memory_resource* upstream_of(const debug_config& config, const strata::account& parent,
                                       std::optional<strata::heap>& own) {
  if (config.upstream != nullptr) return config.upstream;
  return &own.emplace(heap_options{.name = "blocks", .parent = &parent});
}

std::size_t depth_of(const debug_config& config) noexcept {
  if (!config.track_allocations) return 0;
  return std::min(config.backtrace_depth, calls_here::depth_max);
}

std::size_t quarantine_of(const debug_config& config) noexcept {
  if (config.never_reuse) return SIZE_MAX;
  return config.validate_access ? config.quarantine_bytes : 0;
}

}  // namespace

calls_here::calls_here(const void* caller, std::size_t depth) noexcept
    : count_(os::capture_call_stack(caller, std::span(frames_.data(), depth))) {}

checked_blocks::checked_blocks(const debug_config& config)
    : name_(config.name),
      track_(config.track_allocations),
      validate_access_(config.validate_access),
      log_operations_(config.log_operations),
      never_reuse_(config.never_reuse),
      quarantine_max_(quarantine_of(config)),
      depth_(depth_of(config)),
      zones_(config.check_corruption ? config.red_zone_bytes : 0),
      on_error_(config.on_error),
      output_(config.output),
      account_({.name = config.name, .limit = config.limit, .parent = config.parent}),
      tables_({.name = "records", .parent = &account_}),
      upstream_(upstream_of(config, account_, own_upstream_)),
      table_(tables_),
      sites_(tables_) {}

checked_blocks::~checked_blocks() { end_all(); }

void checked_blocks::finish(const void* caller) noexcept {
  validate(caller);
  report_leaks();
}

bool checked_blocks::owns(const void* user) const noexcept {
  const std::lock_guard lock(mutex_);
  const checked_block* const block = table_.find(user);
  return block != nullptr && block->state == block_state::live;
}

bool checked_blocks::is_intact(const void* user) const noexcept {
  const std::lock_guard lock(mutex_);
  const checked_block* const block = table_.find(user);
  return block != nullptr && block->state == block_state::live &&
         std::ranges::all_of(live_damages, [&](debug_error_kind kind) {
           return zones_.find(kind, *block) == nullptr;
         });
}

debug_statistics checked_blocks::statistics() const noexcept {
  const std::lock_guard lock(mutex_);
  return counts_;
}

debug_error checked_blocks::error_of(debug_error_kind kind,
                                     const checked_block& block) const noexcept {
  debug_error error{.kind = kind,
                    .resource = name_,
                    .address = block.user,
                    .block = block.user,
                    .bytes = block.bytes,
                    .alignment = block.alignment,
                    .serial = block.serial};
  if (block.allocated != nullptr) error.allocated = block.allocated->frames();
  if (block.freed != nullptr) error.freed = block.freed->frames();
  return error;
}

void checked_blocks::report(const debug_error& error) noexcept {
  {
    const std::lock_guard lock(mutex_);
    ++counts_.errors;
  }
  if (!on_error_) end_because_of(error);
  on_error_(error);
}

void checked_blocks::log(std::string_view operation, const checked_block& block) noexcept {
  if (!log_operations_) return;
  output_.write(base::text<256>{}
                    .add("strata: ")
                    .add(name_)
                    .add(": ")
                    .add(operation)
                    .add(" #")
                    .add_decimal(block.serial)
                    .add(" at ")
                    .add_pointer(block.user)
                    .add(", bytes ")
                    .add_decimal(block.bytes)
                    .add(", alignment ")
                    .add_decimal(block.alignment)
                    .add("\n")
                    .view());
}

// Two rounds, because a vector that grew under the lock could come back here.
void checked_blocks::visit_leaks(const std::function<void(const leak_site&)>& visitor) const {
  std::vector<leak_site> sites;
  for (bool complete = false; !complete;) {
    std::size_t count = 0;
    {
      const std::lock_guard lock(mutex_);
      sites.clear();
      sites_.for_each_live([&](const call_site& site) {
        if (++count > sites.capacity()) return;
        sites.push_back({site.frames(), site.live_blocks, site.live_bytes});
      });
    }
    complete = count <= sites.capacity();
    if (!complete) sites.reserve(count * 2);
  }
  std::ranges::sort(sites, std::ranges::greater{}, &leak_site::bytes);
  for (const leak_site& site : sites) visitor(site);
}

void checked_blocks::leak_report(const text_sink& sink) const {
  std::vector<leak_site> sites;
  visit_leaks([&](const leak_site& site) { sites.push_back(site); });
  describe_leaks(name_, sites, sink);
}

void checked_blocks::report_leaks() noexcept {
  if (!track_ || counts_.live_blocks == 0) return;
  try {
    if (!on_error_) {
      leak_report([this](std::string_view text) { output_.write(text); });
      return;
    }
    visit_leaks([this](const leak_site& site) {
      on_error_({.kind = debug_error_kind::leak,
                 .resource = name_,
                 .bytes = site.bytes,
                 .blocks = site.blocks,
                 .allocated = site.allocated});
    });
  } catch (...) {
    output_.write("strata: leaks were found, and no memory to report them by call site\n");
  }
}

}  // namespace strata::core
