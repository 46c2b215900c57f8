// An operating system for tests: real memory underneath, and a model on top
// that counts every call, refuses the calls a test picks, keeps its own clock,
// and notices when the contract of os/contract.hpp is broken.
//
//   fake_os::reset();                      // in SetUp
//   fake_os::fail_call(3);                 // the third refusable call is refused
//   ... exercise code that is written for an Os ...
//   EXPECT_TRUE(fake_os::violations().empty());
//
// The model is one per process and thread-safe. It uses the standard library,
// so it is in no library that programs link.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "os/contract.hpp"
#include "os/linux.hpp"

namespace strata::os {

// What the fake machine is; tests set it before they use it.
struct fake_facts {
  static constexpr const char* no_environment[] = {nullptr};

  std::size_t huge_page_size = std::size_t{2} << 20;
  std::size_t physical_memory = std::size_t{8} << 30;
  std::size_t address_space_limit = SIZE_MAX;  // enforced by reserve and reserve_at
  group_memory group = {SIZE_MAX, 0};
  memory_pressure pressure = {0, 0};
  std::size_t processor_count = 4;
  guard_kind guard = guard_kind::installed;  // the best that install_guard can do
  bool moves_pages = true;
  int numa_node = 0;
  const char* const* environment = no_environment;
  bool privileged = false;
  std::uint64_t process_id = 1;
};

// Calls since reset(), refused ones included, and the bytes of those that succeeded.
struct call_counts {
  std::size_t reserve = 0;  // reserve and reserve_at
  std::size_t release = 0;
  std::size_t commit = 0;
  std::size_t decommit = 0;
  std::size_t protect = 0;
  std::size_t install_guard = 0;
  std::size_t remove_guard = 0;
  std::size_t move_pages = 0;
  std::size_t populate = 0;
  std::size_t advise_huge = 0;
  std::size_t collapse_huge = 0;
  std::size_t name_range = 0;
  std::size_t exclude_from_dump = 0;
  std::size_t lock_in_memory = 0;
  std::size_t bind_to_node = 0;
  std::size_t on_thread_exit = 0;
  std::size_t on_fork = 0;
  std::size_t start_thread = 0;

  std::size_t bytes_committed = 0;
  std::size_t bytes_decommitted = 0;
  std::size_t bytes_moved = 0;
  std::size_t bytes_populated = 0;
};

struct fake_os {
  // -- For tests: failures ----------------------------------------------------
  // A refusable call is one whose result can say "refused": every request for
  // a range, hints included, and on_thread_exit, on_fork and start_thread.
  static void fail_call(std::size_t n);  // refuses the n-th from now, counted from 1
  static void fail_from(std::size_t n);  // and every later one
  static void fail_none();
  [[nodiscard]] static std::size_t calls();  // refusable calls since reset()

  // -- For tests: state -------------------------------------------------------
  // Back to a fresh machine: all reserved ranges are released.
  static void reset();
  [[nodiscard]] static fake_facts& facts();
  [[nodiscard]] static call_counts counts();
  [[nodiscard]] static std::size_t reserved_bytes();
  [[nodiscard]] static std::size_t committed_bytes();
  [[nodiscard]] static std::vector<std::string> violations();  // of the contract
  [[nodiscard]] static std::string errors();                   // what write_error got

  // -- For tests: time, threads, fork -----------------------------------------
  // Time stands still but for this. Sleepers in wait_for wake and look again.
  static void advance_ns(std::uint64_t ns);
  // Runs the calling thread's exit hook now, once, if it asked for one.
  static void end_thread();
  // Bodies given to start_thread. The test runs them, or does not.
  [[nodiscard]] static std::vector<void (*)() noexcept> started_threads();
  static void fork_prepare();
  static void fork_parent();
  static void fork_child();

  // -- The contract -----------------------------------------------------------
  static void start() noexcept { linux_os::start(); }

  [[nodiscard]] static std::size_t page_size() noexcept { return linux_os::page_size(); }
  [[nodiscard]] static std::size_t huge_page_size() noexcept;
  [[nodiscard]] static std::size_t physical_memory() noexcept;
  [[nodiscard]] static std::size_t address_space_limit() noexcept;
  [[nodiscard]] static group_memory group() noexcept;
  [[nodiscard]] static memory_pressure pressure() noexcept;
  // Pages of committed ranges that the kernel really has in memory.
  [[nodiscard]] static std::size_t resident_bytes() noexcept;
  // The largest answer of resident_bytes() since reset().
  [[nodiscard]] static std::size_t resident_peak_bytes() noexcept;
  [[nodiscard]] static std::size_t processor_count() noexcept;

  [[nodiscard]] static void* reserve(std::size_t bytes, std::size_t alignment,
                                     initial_access access) noexcept;
  [[nodiscard]] static bool reserve_at(void* range, std::size_t bytes,
                                       initial_access access) noexcept;
  static void release(void* range, std::size_t bytes) noexcept;
  [[nodiscard]] static bool commit(void* range, std::size_t bytes) noexcept;
  static bool decommit(void* range, std::size_t bytes, decommit_mode mode) noexcept;
  static bool protect(void* range, std::size_t bytes) noexcept;
  static guard_kind install_guard(void* range, std::size_t bytes) noexcept;
  static bool remove_guard(void* range, std::size_t bytes) noexcept;
  [[nodiscard]] static bool move_pages(void* from, void* to, std::size_t bytes) noexcept;
  static bool populate(void* range, std::size_t bytes) noexcept;
  static bool advise_huge(void* range, std::size_t bytes, bool wanted) noexcept;
  static bool collapse_huge(void* range, std::size_t bytes) noexcept;
  static bool name_range(void* range, std::size_t bytes, const char* name) noexcept;
  static bool exclude_from_dump(void* range, std::size_t bytes) noexcept;
  // Not passed on: how much the machine lets a process lock is no matter of a test.
  [[nodiscard]] static bool lock_in_memory(void* range, std::size_t bytes) noexcept;
  [[nodiscard]] static int numa_node_of(const void* address) noexcept;
  static bool bind_to_node(void* range, std::size_t bytes, int node) noexcept;

  [[nodiscard]] static std::uint64_t monotonic_ns() noexcept;
  [[nodiscard]] static std::uint64_t coarse_ns() noexcept { return monotonic_ns(); }
  // The same sequence after each reset().
  [[nodiscard]] static std::uint64_t entropy() noexcept;

  [[nodiscard]] static std::uintptr_t thread_token() noexcept {
    return pretended_token_ != 0 ? pretended_token_ : linux_os::thread_token();
  }
  static void cpu_relax() noexcept { linux_os::cpu_relax(); }
  static void wait(std::atomic<std::uint32_t>& word, std::uint32_t value) noexcept;
  static void wait_for(std::atomic<std::uint32_t>& word, std::uint32_t value,
                       std::uint64_t ns) noexcept;
  static void wake(std::atomic<std::uint32_t>& word) noexcept;
  [[nodiscard]] static bool on_thread_exit(void (*hook)() noexcept) noexcept;
  static bool on_fork(fork_hooks hooks) noexcept;
  static bool start_thread(void (*body)() noexcept) noexcept;

  [[nodiscard]] static const char* const* environment() noexcept;
  [[nodiscard]] static bool is_privileged() noexcept;
  [[nodiscard]] static std::uint64_t process_id() noexcept;
  static void write_error(std::string_view text) noexcept;
  [[noreturn]] static void die() noexcept { linux_os::die(); }

 private:
  friend class acting_thread;

  static constinit thread_local std::uintptr_t pretended_token_;  // 0: be yourself
};

static_assert(operating_system<fake_os>);

// While it lives, the calling thread is taken for the one with `token`, a
// multiple of 64. Nests.
class [[nodiscard]] acting_thread {
 public:
  explicit acting_thread(std::uintptr_t token) noexcept : before_(fake_os::pretended_token_) {
    fake_os::pretended_token_ = token;
  }
  ~acting_thread() { fake_os::pretended_token_ = before_; }
  acting_thread(const acting_thread&) = delete;
  acting_thread& operator=(const acting_thread&) = delete;

 private:
  std::uintptr_t before_;
};

}  // namespace strata::os
