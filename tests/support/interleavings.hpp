// Every order in which a few threads can carry out their atomic operations, tried
// one after the other: a proof for small cases, of what is sequentially consistent.
//
//   interleavings all;
//   all.explore([] { return state{}; },               // fresh, for each order
//               {[](state& s) { s.number.exchange(1); }, [](state& s) { ... }},
//               [](state& s) { EXPECT_EQ(...); });    // at the end of each
//
// Threads are stackful coroutines of one thread. Each pauses before each operation
// on a stepping_atomic; a depth-first search decides who goes on. An order that
// leads to a state which another one led to already is not followed further: the
// future depends on the values of all atomics and on what each thread has read, and
// that is what is remembered. What threads do besides must follow from that.
//
// Spurious failures of weak exchanges are not explored, and of the reordering of
// memory only what support/store_buffer.hpp does.
#pragma once

#include <ucontext.h>

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <strata/base/detail/poison.hpp>
#include <unordered_set>
#include <utility>
#include <vector>

// ThreadSanitizer does not follow contexts: tests that explore are left out there.
#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
#define STRATA_TEST_NO_CONTEXTS 1
#endif
#endif
#if !defined(__SANITIZE_THREAD__) && !defined(STRATA_TEST_NO_CONTEXTS)
#define STRATA_TEST_CONTEXTS 1
#endif

namespace strata::test {

class interleavings {
 public:
  /// Each call goes to the state's own thread. `finish` runs at the end of an order.
  template <class State>
  void explore(std::function<std::unique_ptr<State>()> setup,
               std::vector<std::function<void(State&)>> threads,
               std::function<void(State&)> finish) {
    do {
      begin(threads.size());
      const std::unique_ptr<State> state = setup();
      for (std::size_t thread = 0; thread < threads.size(); ++thread) {
        fibers_[thread]->work = [&, thread] { threads[thread](*state); };
        go_on(thread);  // to its first operation
      }
      if (run()) {
        ++orders_;
        running_ = nullptr;
        finish(*state);
      }
    } while (next_path());
  }

  /// Returns: orders that were followed to their end.
  [[nodiscard]] std::size_t orders() const { return orders_; }
  /// Returns: different states that were seen.
  [[nodiscard]] std::size_t states() const { return seen_.size(); }

  // For stepping_atomic: the calling thread is about to do an operation ...
  static void pause() {
    if (running_ != nullptr)
      swapcontext(&running_->fibers_[running_->current_]->context, &running_->scheduler_);
  }
  // ... has read a value ...
  static void has_read(std::uint64_t value) {
    if (running_ == nullptr) return;
    std::uint64_t& history = running_->fibers_[running_->current_]->history;
    history = mix(history + value + 1);
  }
  // ... or an atomic object, known by a number, has changed.
  static void has_changed(std::size_t object, std::uint64_t from, std::uint64_t to) {
    if (exploring_ != nullptr) {
      exploring_->memory_ += mix(mix(object) + to) - mix(mix(object) + from);
    }
  }
  // Whether a thread runs, and which; and not the setup, or the end of an order.
  static bool inside() { return running_ != nullptr; }
  static std::size_t thread() { return running_->current_; }
  static std::size_t number_object() { return exploring_ == nullptr ? 0 : exploring_->objects_++; }

 private:
  static constexpr std::size_t stack_bytes = 256 * 1024;

  struct fiber {
    ucontext_t context{};
    std::unique_ptr<char[]> stack{new char[stack_bytes]};
    std::function<void()> work;
    std::uint64_t history = 0;
    bool done = false;
  };
  struct choice {
    std::size_t taken;
    std::size_t of;
  };

  static std::uint64_t mix(std::uint64_t value) {
    value = (value + 0x9e3779b97f4a7c15) * 0xbf58476d1ce4e5b9;
    return value ^ value >> 29;
  }

  static void enter() {
    fiber& self = *running_->fibers_[running_->current_];
    self.work();
    self.done = true;
    running_->has_read(~std::uint64_t{0});
    setcontext(&running_->scheduler_);
  }

  void begin(std::size_t threads) {
    exploring_ = this;
    running_ = nullptr;
    objects_ = 0;
    memory_ = 0;
    depth_ = 0;
    while (fibers_.size() < threads) fibers_.push_back(std::make_unique<fiber>());
    for (const auto& each : fibers_) {
      each->history = 0;
      each->done = false;
      detail_unpoison(each->stack.get());
      getcontext(&each->context);
      each->context.uc_stack.ss_sp = each->stack.get();
      each->context.uc_stack.ss_size = stack_bytes;
      makecontext(&each->context, &interleavings::enter, 0);
    }
  }

  // An order that was abandoned left its frames behind.
  static void detail_unpoison(const char* stack) { strata::detail::unpoison(stack, stack_bytes); }

  void go_on(std::size_t thread) {
    running_ = this;
    current_ = thread;
    swapcontext(&scheduler_, &fibers_[thread]->context);
    running_ = nullptr;
  }

  // False: another order led to this state.
  bool run() {
    for (;;) {
      std::vector<std::size_t> able;
      for (std::size_t thread = 0; thread < fibers_.size(); ++thread) {
        if (!fibers_[thread]->done) able.push_back(thread);
      }
      if (able.empty()) return true;
      const bool fresh = depth_ == path_.size();
      if (fresh) path_.push_back({0, able.size()});
      go_on(able[path_[depth_++].taken]);
      const bool last_of_old = depth_ == path_.size();
      if ((fresh || last_of_old) && !seen_.insert(state_now()).second) return false;
    }
  }

  std::uint64_t state_now() const {
    std::uint64_t state = mix(memory_);
    for (const auto& each : fibers_) state = mix(state ^ each->history);
    return state;
  }

  // The next path of the depth-first search; false after the last one.
  bool next_path() {
    path_.resize(depth_);
    while (!path_.empty() && path_.back().taken + 1 == path_.back().of) path_.pop_back();
    if (path_.empty()) {
      exploring_ = nullptr;
      return false;
    }
    ++path_.back().taken;
    return true;
  }

  static inline interleavings* exploring_ = nullptr;
  static inline interleavings* running_ = nullptr;

  std::vector<std::unique_ptr<fiber>> fibers_;
  ucontext_t scheduler_{};
  std::size_t current_ = 0;
  std::size_t objects_ = 0;
  std::uint64_t memory_ = 0;  // a sum over all atomics, kept up with each change
  std::vector<choice> path_;
  std::size_t depth_ = 0;
  std::unordered_set<std::uint64_t> seen_;
  std::size_t orders_ = 0;
};

// As much of std::atomic as the explored code uses.
template <class Value>
class stepping_atomic {
 public:
  stepping_atomic(Value value = {}) : number_(interleavings::number_object()) { become(value); }
  stepping_atomic(const stepping_atomic&) = delete;
  stepping_atomic& operator=(const stepping_atomic&) = delete;

  Value load(std::memory_order) const {
    interleavings::pause();
    return read();
  }
  void store(Value value, std::memory_order) {
    interleavings::pause();
    interleavings::has_read(0);  // that it came this far
    become(value);
  }
  Value exchange(Value value, std::memory_order) {
    interleavings::pause();
    const Value before = read();
    become(value);
    return before;
  }
  bool compare_exchange_weak(Value& expected, Value desired, std::memory_order first,
                             std::memory_order second) {
    return compare_exchange_strong(expected, desired, first, second);
  }
  bool compare_exchange_strong(Value& expected, Value desired, std::memory_order,
                               std::memory_order) {
    interleavings::pause();
    const Value before = read();
    if (before != expected) {
      expected = before;
      return false;
    }
    become(desired);
    return true;
  }

 private:
  Value read() const {
    interleavings::has_read(static_cast<std::uint64_t>(value_));
    return value_;
  }
  void become(Value value) {
    interleavings::has_changed(number_, static_cast<std::uint64_t>(value_),
                               static_cast<std::uint64_t>(value));
    value_ = value;
  }

  std::size_t number_;
  Value value_{};
};

}  // namespace strata::test
