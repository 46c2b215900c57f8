// Room around the main thread's control block, which nobody uses.
//
// The contract promises that tokens lie 16 KiB apart. The control blocks of other
// threads do, each at the end of a stack of at least that size. The main thread's
// lies in pages that the dynamic linker mapped, and the kernel likes to put the next
// mapping, which may be a stack, right below them:
//
//   | stack of a thread      [tcb] | [main's tcb] ... |     some 4 KiB apart
//   | stack  [tcb] | room, no access | [main's tcb] ... | room |
//
// So the room is taken before there are threads: when strata is loaded, or starts,
// whichever comes first. A program that already has threads when it opens strata
// with dlopen may have such a pair; see the known gaps.
#include <sys/syscall.h>

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>

#include "base/base.hpp"
#include "os/linux.hpp"
#include "os/linux_main_thread.hpp"
#include "os/linux_syscall.hpp"

namespace strata::os {
namespace {

constinit std::atomic<bool> taken{false};

bool is_main_thread() noexcept {
  return linux_kernel::call(SYS_gettid) == linux_kernel::call(SYS_getpid);
}

// Of a static program, it lies where brk allocates: no stacks come there, and
// that area must be able to grow.
bool lies_below_the_break(std::uintptr_t token) noexcept {
  constexpr std::size_t break_reach = std::size_t{1} << 20;
  const auto end = static_cast<std::uintptr_t>(linux_kernel::call(SYS_brk, 0));
  return token < end && end - token < break_reach;
}

bool is_mapped(std::uintptr_t begin, std::uintptr_t end) noexcept {
  constexpr std::size_t page_bytes_least = 4 * base::kib;
  std::array<unsigned char, token_distance_min / page_bytes_least + 1> residency{};
  return linux_kernel::succeeds(SYS_mincore, begin, end - begin, residency.data());
}

// Nearly always one call: below lies nothing, and above the libraries.
void take_room(std::uintptr_t begin, std::uintptr_t end) noexcept {
  const std::size_t page = linux_os::page_size();
  const auto take = [](std::uintptr_t at, std::size_t bytes) {
    return linux_os::reserve_at(reinterpret_cast<void*>(at), bytes, initial_access::none);
  };
  if (is_mapped(begin, end) || take(begin, end - begin)) return;
  for (std::uintptr_t at = begin; at < end; at += page) static_cast<void>(take(at, page));
}

}  // namespace

// What is mapped there already stays: the main thread's own pages, or a library's.
void take_room_around_main_thread() noexcept {
  const std::uintptr_t token = linux_os::thread_token();
  if (taken.exchange(true) || !is_main_thread() || lies_below_the_break(token)) return;
  const std::size_t page = linux_os::page_size();
  const std::uintptr_t own = base::align_down(token, page);
  take_room(base::align_down(token - token_distance_min, page), own);
  take_room(own, base::align_up(token + token_distance_min, page));
}

namespace {

[[gnu::constructor(101)]] void take_room_when_loaded() noexcept { take_room_around_main_thread(); }

}  // namespace
}  // namespace strata::os
