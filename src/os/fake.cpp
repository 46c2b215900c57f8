// See fake.hpp: what tests say and ask, facts, time and threads. Ranges are in
// fake_ranges.cpp.
#include "os/fake.hpp"

#include <memory>

#include "os/fake_model.hpp"

namespace strata::os {

// Never destroyed: threads of a test may outlive main's statics.
fake_model& fake_model::instance() {
  static fake_model& only = *std::make_unique<fake_model>().release();
  return only;
}

namespace {

using guard = std::lock_guard<std::mutex>;

fake_model& model() { return fake_model::instance(); }

template <class T>
T fact(T fake_facts::*which) {
  const guard hold(model().lock);
  return model().facts.*which;
}

void run_exit_hook() noexcept { fake_os::end_thread(); }

}  // namespace

constinit thread_local std::uintptr_t fake_os::pretended_token_ = 0;

// -- For tests ------------------------------------------------------------------

void fake_os::fail_call(std::size_t n) {
  const guard hold(model().lock);
  model().fail_first = model().fail_last = model().calls + n;
}

void fake_os::fail_from(std::size_t n) {
  const guard hold(model().lock);
  model().fail_first = model().calls + n;
  model().fail_last = SIZE_MAX;
}

void fake_os::fail_none() {
  const guard hold(model().lock);
  model().fail_first = model().fail_last = 0;
}

std::size_t fake_os::calls() {
  const guard hold(model().lock);
  return model().calls;
}

void fake_os::reset() {
  fake_model& m = model();
  const guard hold(m.lock);
  for (const auto& [start, bytes] : m.reservations) {
    linux_os::release(reinterpret_cast<void*>(start), bytes);
  }
  const fake_model fresh;
  m.facts = fresh.facts;
  m.counts = fresh.counts;
  m.calls = m.fail_first = m.fail_last = 0;
  m.reservations.clear();
  m.reserved = m.committed = m.guards = {};
  m.clock_ns = fresh.clock_ns;
  m.chance = 0;
  m.resident_peak = 0;
  m.exit_hook = nullptr;
  m.hooked_threads.clear();
  m.forks.clear();
  m.started.clear();
  m.errors.clear();
  m.violations.clear();
}

fake_facts& fake_os::facts() { return model().facts; }

call_counts fake_os::counts() {
  const guard hold(model().lock);
  return model().counts;
}

std::size_t fake_os::reserved_bytes() {
  const guard hold(model().lock);
  return model().reserved.bytes();
}

std::size_t fake_os::committed_bytes() {
  const guard hold(model().lock);
  return model().committed.bytes();
}

std::vector<std::string> fake_os::violations() {
  const guard hold(model().lock);
  return model().violations;
}

std::string fake_os::errors() {
  const guard hold(model().lock);
  return model().errors;
}

void fake_os::advance_ns(std::uint64_t ns) {
  const guard hold(model().lock);
  model().clock_ns += ns;
  model().time_or_word_changed.notify_all();
}

void fake_os::end_thread() {
  void (*hook)() noexcept = nullptr;
  {
    const guard hold(model().lock);
    if (model().hooked_threads.erase(thread_token()) != 0) hook = model().exit_hook;
  }
  if (hook != nullptr) hook();
}

std::vector<void (*)() noexcept> fake_os::started_threads() {
  const guard hold(model().lock);
  return model().started;
}

// Like the C library: `prepare` in reverse order, the others in order. Hooks
// run without the model's lock, since they call the fake themselves.
void fake_os::fork_prepare() {
  const std::vector<fork_hooks> hooks = [] {
    const guard hold(model().lock);
    return model().forks;
  }();
  for (auto at = hooks.rbegin(); at != hooks.rend(); ++at) at->prepare();
}

void fake_os::fork_parent() {
  const std::vector<fork_hooks> hooks = [] {
    const guard hold(model().lock);
    return model().forks;
  }();
  for (const fork_hooks& each : hooks) each.parent();
}

void fake_os::fork_child() {
  const std::vector<fork_hooks> hooks = [] {
    const guard hold(model().lock);
    return model().forks;
  }();
  for (const fork_hooks& each : hooks) each.child();
}

// -- Facts ----------------------------------------------------------------------

std::size_t fake_os::huge_page_size() noexcept { return fact(&fake_facts::huge_page_size); }
std::size_t fake_os::physical_memory() noexcept { return fact(&fake_facts::physical_memory); }
std::size_t fake_os::address_space_limit() noexcept {
  return fact(&fake_facts::address_space_limit);
}
group_memory fake_os::group() noexcept { return fact(&fake_facts::group); }
memory_pressure fake_os::pressure() noexcept { return fact(&fake_facts::pressure); }
std::size_t fake_os::processor_count() noexcept { return fact(&fake_facts::processor_count); }
int fake_os::numa_node_of(const void*) noexcept { return fact(&fake_facts::numa_node); }
const char* const* fake_os::environment() noexcept { return fact(&fake_facts::environment); }
bool fake_os::is_privileged() noexcept { return fact(&fake_facts::privileged); }
std::uint64_t fake_os::process_id() noexcept { return fact(&fake_facts::process_id); }

// -- Time and chance ------------------------------------------------------------

std::uint64_t fake_os::monotonic_ns() noexcept {
  const guard hold(model().lock);
  return model().clock_ns;
}

// Multiples of an odd constant: all different, and reproducible.
std::uint64_t fake_os::entropy() noexcept {
  const guard hold(model().lock);
  return ++model().chance * 0x9e3779b97f4a7c15;
}

// -- Threads --------------------------------------------------------------------

void fake_os::wait(std::atomic<std::uint32_t>& word, std::uint32_t value) noexcept {
  linux_os::wait(word, value);
}

// Sleepers with a time limit sleep on the model's own clock: advance_ns and
// wake end their sleep, real time does not.
void fake_os::wait_for(std::atomic<std::uint32_t>& word, std::uint32_t value,
                       std::uint64_t ns) noexcept {
  fake_model& m = model();
  std::unique_lock hold(m.lock);
  const std::uint64_t end = m.clock_ns + ns;
  if (word.load() == value && m.clock_ns < end) m.time_or_word_changed.wait(hold);
}

void fake_os::wake(std::atomic<std::uint32_t>& word) noexcept {
  linux_os::wake(word);
  const guard hold(model().lock);
  model().time_or_word_changed.notify_all();
}

bool fake_os::on_thread_exit(void (*hook)() noexcept) noexcept {
  fake_model& m = model();
  {
    const guard hold(m.lock);
    ++m.counts.on_thread_exit;
    if (m.refuses()) return false;
    m.exit_hook = hook;
  }
  if (pretended_token_ == 0 && !linux_os::on_thread_exit(run_exit_hook)) return false;
  const guard hold(m.lock);
  m.hooked_threads.insert(thread_token());
  return true;
}

bool fake_os::on_fork(fork_hooks hooks) noexcept {
  fake_model& m = model();
  const guard hold(m.lock);
  ++m.counts.on_fork;
  if (m.refuses()) return false;
  m.forks.push_back(hooks);
  return true;
}

bool fake_os::start_thread(void (*body)() noexcept) noexcept {
  fake_model& m = model();
  const guard hold(m.lock);
  ++m.counts.start_thread;
  if (m.refuses()) return false;
  m.started.push_back(body);
  return true;
}

void fake_os::write_error(std::string_view text) noexcept {
  const guard hold(model().lock);
  model().errors += text;
}

}  // namespace strata::os
