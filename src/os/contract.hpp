// What strata asks of an operating system: the only interface through which
// the layers above reach it. One type per platform models it, with static
// members only, so that a platform costs no pointer and no indirection.
//
// Rules for every implementation:
//   - No function throws or changes errno. None allocates memory, except that
//     the C library may do so in `on_thread_exit`, `on_fork` and `start_thread`:
//     the caller holds no lock and can already serve the thread it runs in.
//   - Addresses and sizes are multiples of page_size(), unless stated.
//   - A refused request is a value (nullptr, false); nothing here ends the
//     program, except `die`.
//   - Functions are thread-safe; ranges are the caller's to serialise.
//
// Life of a range:
//
//   reserve ----> commit <----> decommit
//      |            |              |
//      +------------+--------------+----> release (a range as it was reserved,
//                                         or its end)
#pragma once

#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace strata::os {

// What a reserved range shows before it is committed.
enum class initial_access : std::uint8_t {
  none,       // touching it faults
  read_zero,  // reads give zeros and cost no memory: for tables that are looked up with any key
};

enum class decommit_mode : std::uint8_t {
  immediate,  // resident memory falls before the call returns; the next read gives zeros
  lazy,       // the system may take the pages at any time until they are written again;
              // reads give either the old contents or zeros
};

enum class guard_kind : std::uint8_t {
  none,        // refused
  installed,   // a guard without a mapping of its own (MADV_GUARD_INSTALL)
  protected_,  // mprotect: splits the mapping
};

// Limits and load of the memory control group (or of the job, the container).
struct group_memory {
  std::size_t limit;  // bytes; SIZE_MAX when there is none
  std::size_t usage;  // bytes; 0 when unknown
};

// Share of time, in hundredths of a percent over the last 10 s, in which some
// or all tasks stood still for want of memory.
struct memory_pressure {
  std::uint32_t some;
  std::uint32_t full;
};

struct fork_hooks {
  void (*prepare)() noexcept;  // in the parent, before
  void (*parent)() noexcept;   // in the parent, after
  void (*child)() noexcept;    // in the child
};

// One requirement a line, whatever its length.
// clang-format off
template <class Os>
concept operating_system = requires(void* range, const void* const_range, std::size_t bytes,
                                    std::atomic<std::uint32_t>& word, std::uint32_t value) {
  // -- Facts, read at run time ------------------------------------------------
  { Os::page_size() } noexcept -> std::same_as<std::size_t>;
  { Os::huge_page_size() } noexcept -> std::same_as<std::size_t>;  // 0: none
  { Os::physical_memory() } noexcept -> std::same_as<std::size_t>;
  { Os::address_space_limit() } noexcept -> std::same_as<std::size_t>;  // SIZE_MAX: none
  { Os::group() } noexcept -> std::same_as<group_memory>;
  { Os::pressure() } noexcept -> std::same_as<memory_pressure>;
  { Os::resident_bytes() } noexcept -> std::same_as<std::size_t>;       // of this process, now
  { Os::resident_peak_bytes() } noexcept -> std::same_as<std::size_t>;  // of this process
  { Os::processor_count() } noexcept -> std::same_as<std::size_t>;

  // -- Ranges -----------------------------------------------------------------
  // A new range aligned to the second argument (a power of two, at least a page).
  { Os::reserve(bytes, bytes, initial_access{}) } noexcept -> std::same_as<void*>;
  // A new range exactly at `range`, or false when any of it is taken or refused.
  { Os::reserve_at(range, bytes, initial_access{}) } noexcept -> std::same_as<bool>;
  { Os::release(range, bytes) } noexcept -> std::same_as<void>;
  // Makes a reserved range readable and writable. Pages that were not written
  // since they were reserved or decommitted read as zeros; others keep their contents.
  { Os::commit(range, bytes) } noexcept -> std::same_as<bool>;
  // Gives the pages back; the range stays committed and usable, and guards in it
  // stay. Never splits a mapping.
  { Os::decommit(range, bytes, decommit_mode{}) } noexcept -> std::same_as<bool>;
  { Os::protect(range, bytes) } noexcept -> std::same_as<bool>;  // no access, until commit
  // A guard lies in a committed range and faults when touched. Its pages are
  // given back; once removed they read as zeros. Until then the range may only
  // be decommitted and released.
  { Os::install_guard(range, bytes) } noexcept -> std::same_as<guard_kind>;
  { Os::remove_guard(range, bytes) } noexcept -> std::same_as<bool>;
  // Moves the pages of (from, bytes) to the committed range `to`, without copying;
  // `from` stays committed and reads as zeros. False: `from` is unchanged, and
  // `to` stays committed but may have lost its contents.
  { Os::move_pages(range, range, bytes) } noexcept -> std::same_as<bool>;
  // Maps pages ahead of their first touch, as if written.
  { Os::populate(range, bytes) } noexcept -> std::same_as<bool>;
  { Os::advise_huge(range, bytes, bool{}) } noexcept -> std::same_as<bool>;
  { Os::collapse_huge(range, bytes) } noexcept -> std::same_as<bool>;
  { Os::name_range(range, bytes, "") } noexcept -> std::same_as<bool>;
  { Os::exclude_from_dump(range, bytes) } noexcept -> std::same_as<bool>;
  // Maps the pages of a committed range, and keeps them in memory until the range is
  // released: what stands in them is never written to a swap device.
  { Os::lock_in_memory(range, bytes) } noexcept -> std::same_as<bool>;
  // The node of the page at an address (any address). -1: unknown.
  { Os::numa_node_of(const_range) } noexcept -> std::same_as<int>;
  { Os::bind_to_node(range, bytes, int{}) } noexcept -> std::same_as<bool>;

  // -- Time and chance --------------------------------------------------------
  { Os::monotonic_ns() } noexcept -> std::same_as<std::uint64_t>;
  { Os::coarse_ns() } noexcept -> std::same_as<std::uint64_t>;  // cheap; a few ms of resolution
  { Os::entropy() } noexcept -> std::same_as<std::uint64_t>;

  // -- Threads ----------------------------------------------------------------
  // A number that no two live threads share, that never is 0, and that the
  // processor finds without a memory access where it can: on Linux, the thread
  // pointer. A multiple of 64; two threads' tokens differ by at least 16 KiB.
  { Os::thread_token() } noexcept -> std::same_as<std::uintptr_t>;
  { Os::cpu_relax() } noexcept -> std::same_as<void>;
  // Sleeps while `word` holds `value`; may wake spuriously.
  { Os::wait(word, value) } noexcept -> std::same_as<void>;
  { Os::wait_for(word, value, std::uint64_t{}) } noexcept -> std::same_as<void>;  // ns
  // Wakes one sleeper on `word`, if any.
  { Os::wake(word) } noexcept -> std::same_as<void>;
  // Calls `hook` when the calling thread ends, as late as the system allows.
  // One hook per process (a second replaces the first), asked for by each
  // thread; asking again is harmless. It may run before the thread's last
  // frees. False: refused, for one because the thread's hook already ran.
  { Os::on_thread_exit((void (*)() noexcept)nullptr) } noexcept -> std::same_as<bool>;
  { Os::on_fork(fork_hooks{}) } noexcept -> std::same_as<bool>;
  // Starts a detached thread with all signals blocked. False: refused.
  { Os::start_thread((void (*)() noexcept)nullptr) } noexcept -> std::same_as<bool>;

  // -- Process ----------------------------------------------------------------
  { Os::environment() } noexcept -> std::same_as<const char* const*>;
  { Os::is_privileged() } noexcept -> std::same_as<bool>;  // setuid and the like
  { Os::process_id() } noexcept -> std::same_as<std::uint64_t>;
  { Os::write_error(std::string_view{}) } noexcept -> std::same_as<void>;  // stderr, unbuffered
  { Os::die() } noexcept;                                                  // abort()
};
// clang-format on

}  // namespace strata::os
