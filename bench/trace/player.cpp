#include "trace/player.hpp"

#include <fmt/format.h>
#include <sched.h>
#include <sys/resource.h>

#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <latch>
#include <system_error>
#include <thread>

namespace strata::trace {
namespace {

struct slot {
  std::uint8_t* block = nullptr;
  std::atomic<std::uint32_t> turn = 0;
};

// What a block holds once its slot is at `turn`: different for neighbours in space
// and in time, and never 0.
std::uint8_t mark_of(std::uint32_t slot, std::uint32_t turn) noexcept {
  return static_cast<std::uint8_t>((slot * 7 + turn * 13) * 2 | 1);
}

// One thread of the replay.
class hand {
 public:
  hand(slot* slots, touch how) : slots_(slots), how_(how) {}

  void perform(const planned_call& call) {
    const step_kind kind = call.kind();
    if (kind == step_kind::free_null) return std::free(nullptr);
    slot& at = slots_[call.slot()];
    await(at, call.turn());
    if (kind == step_kind::free) {
      if (call.size() != 0) {
        check(at.block, call);
        check(at.block == nullptr ? nullptr : at.block + call.size() - 1, call);
      }
      std::free(at.block);
      at.block = nullptr;
    } else if (kind == step_kind::realloc) {
      reallocate(at, call);
    } else {
      at.block = allocate(kind, call);
      write(at.block, call, kind == step_kind::calloc);
    }
    at.turn.store(call.turn() + 1, std::memory_order_release);
  }

  [[nodiscard]] const replay_result& seen() const noexcept { return seen_; }

 private:
  static void await(const slot& at, std::uint32_t turn) noexcept {
    while (at.turn.load(std::memory_order_acquire) != turn) ::sched_yield();
  }

  std::uint8_t* allocate(step_kind kind, const planned_call& call) noexcept {
    void* block = nullptr;
    if (kind == step_kind::malloc) {
      block = std::malloc(call.size());
    } else if (kind == step_kind::calloc) {
      block = std::calloc(1, call.size());
    } else {
      const std::size_t alignment =
          std::max(std::size_t{1} << call.alignment_log2(), sizeof(void*));
      if (::posix_memalign(&block, alignment, call.size()) != 0) block = nullptr;
    }
    if (block == nullptr && call.size() != 0) ++seen_.refused;
    return static_cast<std::uint8_t*>(block);
  }

  void reallocate(slot& at, const planned_call& call) noexcept {
    const bool had_bytes = call.had_bytes() && at.block != nullptr;
    if (had_bytes) check(at.block, call);
    void* const moved = std::realloc(at.block, call.size());
    if (moved == nullptr && call.size() != 0) {
      ++seen_.refused;
      std::free(at.block);
    } else if (had_bytes && call.size() != 0) {
      check(static_cast<std::uint8_t*>(moved), call);
    }
    at.block = static_cast<std::uint8_t*>(moved);
    write(at.block, call, false);
  }

  void check(const std::uint8_t* byte, const planned_call& call) noexcept {
    if (how_ == touch::none || byte == nullptr) return;
    if (*byte != mark_of(call.slot(), call.turn())) ++seen_.damaged;
    seen_.checksum += *byte;
  }

  void write(std::uint8_t* block, const planned_call& call, bool is_zero) noexcept {
    if (how_ == touch::none || block == nullptr || call.size() == 0) return;
    constexpr std::size_t page = 4096;
    const std::uint8_t mark = mark_of(call.slot(), call.turn() + 1);
    const std::size_t step = how_ == touch::ends ? call.size() : page;
    for (std::size_t at = 0; at < call.size(); at += step) put(block[at], mark, is_zero);
    if (call.size() > 1)
      put(block[call.size() - 1], mark, is_zero && (call.size() - 1) % step != 0);
    if (how_ == touch::all) std::memset(block, mark, call.size());
  }

  void put(std::uint8_t& byte, std::uint8_t mark, bool is_zero) noexcept {
    if (is_zero && byte != 0) ++seen_.damaged;
    byte = mark;
  }

  slot* slots_;
  touch how_;
  replay_result seen_;
};

class stage {
 public:
  stage(const replay_plan& plan, touch how, std::pmr::memory_resource* memory)
      : plan_(plan),
        how_(how),
        slots_(plan.slots, memory),
        left_(static_cast<std::ptrdiff_t>(plan.streams.size())) {}

  void run() {
    if (plan_.streams.size() == 1) {
      play_stream(0);
    } else {
      for (const std::size_t stream : plan_.lanes) start(stream);
      left_.wait();
    }
  }

  [[nodiscard]] replay_result seen() const noexcept {
    return {.refused = refused_, .damaged = damaged_, .checksum = checksum_};
  }

 private:
  void play_stream(std::size_t number) {
    hand mine(slots_.data(), how_);
    for (const planned_call& call : plan_.streams[number].calls) mine.perform(call);
    refused_ += mine.seen().refused;
    damaged_ += mine.seen().damaged;
    checksum_ += mine.seen().checksum;
  }

  // Each stream has a thread of its own, since allocators keep things for threads.
  void start(std::size_t number) try {
    std::thread([this, number] {
      play_stream(number);
      const std::size_t next = plan_.streams[number].next;
      if (next != no_stream) start(next);
      left_.count_down();
    }).detach();
  } catch (const std::system_error& error) {
    // The others wait for this one: there is no way to go on, nor to stop them.
    fmt::print(stderr, "strata_replay: cannot start a thread: {}\n", error.what());
    std::_Exit(1);
  }

  const replay_plan& plan_;
  touch how_;
  std::pmr::vector<slot> slots_;
  std::latch left_;
  std::atomic<std::uint64_t> refused_ = 0;
  std::atomic<std::uint64_t> damaged_ = 0;
  std::atomic<std::uint64_t> checksum_ = 0;
};

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

rusage usage_now() {
  rusage now{};
  ::getrusage(RUSAGE_SELF, &now);
  return now;
}

}  // namespace

replay_result play(const replay_plan& plan, touch how, std::pmr::memory_resource* memory) {
  stage set(plan, how, memory);
  const rusage before = usage_now();
  const auto begun = std::chrono::steady_clock::now();
  set.run();
  const std::chrono::duration<double> elapsed = std::chrono::steady_clock::now() - begun;
  const rusage after = usage_now();
  replay_result result = set.seen();
  result.elapsed_seconds = elapsed.count();
  result.user_seconds = seconds(after.ru_utime) - seconds(before.ru_utime);
  result.system_seconds = seconds(after.ru_stime) - seconds(before.ru_stime);
  result.page_faults = static_cast<std::uint64_t>(after.ru_minflt - before.ru_minflt);
  return result;
}

}  // namespace strata::trace
