// The one process of production: its instance, its start, its hooks.
#include <algorithm>

#include "heap/heap.hpp"
#include "heap/process_heaps.hpp"
#include "heap/purge_thread.hpp"

namespace strata::core {

template class basic_process<process_config>;

constinit process the_process{the_accounts};

namespace {

// Programs may overwrite their environment, so what outlives the start is copied.
constinit char report_file[4096];

base::settings open_system() noexcept {
  os::platform::start();
  base::settings read;
  if (os::platform::is_privileged()) return read;
  base::apply_environment(read, os::platform::environment());
  const std::size_t length = std::min(read.report_file.size(), sizeof report_file - 1);
  std::copy_n(read.report_file.data(), length, report_file);
  read.report_file = {report_file, length};
  return read;
}

constexpr process::hooks process_hooks{
    .open = open_system,
    .end_thread = []() noexcept { the_process.end_thread(); },
    .fork = {.prepare = []() noexcept { the_process.prepare_fork(); },
             .parent = []() noexcept { the_process.parent_after_fork(); },
             .child = []() noexcept { the_process.child_after_fork(); }},
};

}  // namespace

bool process_config::start_process() noexcept { return the_process.start(process_hooks); }

void start() noexcept {
  if (!the_process.started() && !process_config::start_process()) return;
  if (active_settings().purge_thread) start_purge_thread();
}

void start_early() noexcept {
  os::platform::start();
  the_process.watch_forks(process_hooks);
}

const base::settings& active_settings() noexcept { return the_process.shared().settings; }

std::size_t good_size(std::size_t size) noexcept {
  if (size > base::size_max) return size;
  if (size > medium_max) return base::align_up(size, os::platform::page_size());
  return class_size(class_of(size == 0 ? 1 : size));
}

std::size_t purge() noexcept { return the_process.purge(); }

std::size_t pump() noexcept { return the_process.started() ? the_process.purge_aged() : 0; }

void lower_address_space(std::size_t bytes) noexcept {
  if (the_process.started()) the_process.lower_address_space(bytes);
}

}  // namespace strata::core
