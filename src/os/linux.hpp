// Linux, behind the contract of os/contract.hpp. What runs on every allocation
// is inline here; the rest is in one file per idea:
//
//   linux_ranges       reserve, commit, decommit, protect
//   linux_guards       guards, by a kernel feature or by protection
//   linux_move         moving pages without copying
//   linux_advice       hints: populate, huge pages, names, dumps, NUMA
//   linux_facts        the machine and this process
//   linux_group        the memory control group, and pressure
//   linux_clock        time and chance
//   linux_threads      sleep, wake, start, fork
//   linux_thread_exit  the last word of a thread
//   linux_process      environment, output, death, start
//
// Every function preserves errno. Features of young kernels are tried at run
// time, and a refusal leads to the older way or to `false`.
#pragma once

#include <cstddef>
#include <cstdint>

#include "os/contract.hpp"

namespace strata::os {

struct linux_os {
  // Prepares what the functions below share, and base's fatal reports. Called
  // before any other, one call at a time; repeated calls do nothing. The sooner
  // it runs in the life of the process, the later a thread's exit hook runs.
  static void start() noexcept;

  // -- Facts ------------------------------------------------------------------
  [[nodiscard]] static std::size_t page_size() noexcept {
    const std::size_t known = page_size_.load(std::memory_order_relaxed);
    return known != 0 ? known : find_page_size();
  }
  [[nodiscard]] static std::size_t huge_page_size() noexcept;
  [[nodiscard]] static std::size_t physical_memory() noexcept;
  [[nodiscard]] static std::size_t address_space_limit() noexcept;
  [[nodiscard]] static group_memory group() noexcept;
  [[nodiscard]] static memory_pressure pressure() noexcept;
  [[nodiscard]] static std::size_t resident_bytes() noexcept;
  [[nodiscard]] static std::size_t resident_peak_bytes() noexcept;
  [[nodiscard]] static std::size_t processor_count() noexcept;

  // -- Ranges -----------------------------------------------------------------
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
  [[nodiscard]] static bool lock_in_memory(void* range, std::size_t bytes) noexcept;
  [[nodiscard]] static int numa_node_of(const void* address) noexcept;
  static bool bind_to_node(void* range, std::size_t bytes, int node) noexcept;

  // -- Time and chance --------------------------------------------------------
  [[nodiscard]] static std::uint64_t monotonic_ns() noexcept;
  [[nodiscard]] static std::uint64_t coarse_ns() noexcept;
  [[nodiscard]] static std::uint64_t entropy() noexcept;

  // -- Threads ----------------------------------------------------------------
  // The asm is not volatile, so that the compiler may read the register once
  // per function. Code that can continue on another thread (a fiber that
  // migrates) must not keep a token across the switch.
  [[nodiscard]] static std::uintptr_t thread_token() noexcept {
    std::uintptr_t token;
#if defined(__x86_64__)
    asm("mov %%fs:0, %0" : "=r"(token));
#elif defined(__aarch64__)
    asm("mrs %0, tpidr_el0" : "=r"(token));
#else
    token = reinterpret_cast<std::uintptr_t>(__builtin_thread_pointer());
#endif
    return token & thread_token_mask;
  }

  static void cpu_relax() noexcept {
#if defined(__x86_64__)
    asm volatile("pause");
#elif defined(__aarch64__)
    asm volatile("isb");  // `yield` is a no-op on most cores; isb pauses about as long as pause
#endif
  }

  static void wait(std::atomic<std::uint32_t>& word, std::uint32_t value) noexcept;
  static void wait_for(std::atomic<std::uint32_t>& word, std::uint32_t value,
                       std::uint64_t ns) noexcept;
  static void wake(std::atomic<std::uint32_t>& word) noexcept;
  [[nodiscard]] static bool on_thread_exit(void (*hook)() noexcept) noexcept;
  static bool on_fork(fork_hooks hooks) noexcept;
  static bool start_thread(void (*body)() noexcept) noexcept;

  // -- Process ----------------------------------------------------------------
  [[nodiscard]] static const char* const* environment() noexcept;
  [[nodiscard]] static bool is_privileged() noexcept;
  [[nodiscard]] static std::uint64_t process_id() noexcept;
  static void write_error(std::string_view text) noexcept;
  [[noreturn]] static void die() noexcept;

 private:
  // glibc aligns every thread control block to 64, so there the mask is no
  // instruction; others align less, and threads lie 16 KiB apart all the same.
#if defined(__GLIBC__)
  static constexpr std::uintptr_t thread_token_mask = UINTPTR_MAX;
#else
  static constexpr std::uintptr_t thread_token_mask = ~std::uintptr_t{63};
#endif

  [[gnu::cold, gnu::noinline]] static std::size_t find_page_size() noexcept;

  static std::atomic<std::size_t> page_size_;  // 0 until it was asked for
};

}  // namespace strata::os
