// A scheduler of fibers for one thread, in Boost.Context: what a runtime would have
// around its stacks. A template, so that it runs on anybody's stacks.
//
//   spawn --> ready (first come, first served) --> running --> ended --> joined
//               ^                                    |
//               |---- yield -------------------------|
//               |---- sleeping, the earliest first <-|
//               \---- waiting for another's end <----/
//
// A fiber takes its stack when it first runs and gives it back when it ends, so that
// fibers that were only spawned cost a small object each.
#pragma once

#include <strata/pool/growing_pool.hpp>
#include <strata/stack/fiber_storage.hpp>

#include <boost/context/fiber.hpp>

#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <queue>
#include <stdexcept>
#include <utility>
#include <vector>

namespace fibers {

/// Time that passes when nobody can run: for tests and simulations.
class virtual_clock {
 public:
  [[nodiscard]] std::uint64_t now() const noexcept { return now_; }
  void sleep_until(std::uint64_t time) noexcept { now_ = time; }

 private:
  std::uint64_t now_ = 0;
};

template <class Stacks, class Clock = virtual_clock>
class scheduler {
  struct task {
    explicit task(std::function<void()> given) : work(std::move(given)) {}
    // A fiber that never ended is unwound, and may use its own values meanwhile.
    ~task() {
      const strata::fiber_storage_scope running(storage);
      fiber = {};
    }

    std::function<void()> work;
    strata::fiber_storage storage;  // its fiber-local values
    boost::context::fiber fiber;    // while it is suspended
    std::exception_ptr failure;     // what it ended with
    task* joiner = nullptr;         // who waits for its end
    bool begun = false;
    bool ended = false;
    bool detached = false;
  };

 public:
  /// Who can wait for a fiber. A fiber whose handle is gone runs all the same.
  class handle {
   public:
    handle(handle&& other) noexcept : owner_(other.owner_), task_(std::exchange(other.task_, {})) {}
    handle& operator=(handle&&) = delete;
    ~handle() {
      if (task_ != nullptr) owner_->detach(*task_);
    }

    /// Requires: called in a fiber of the same scheduler, once.
    /// Throws: what the fiber ended with.
    void join() { owner_->join(*std::exchange(task_, nullptr)); }

   private:
    friend scheduler;
    handle(scheduler& owner, task& joined) noexcept : owner_(&owner), task_(&joined) {}

    scheduler* owner_;
    task* task_;
  };

  /// Effects: fibers run on stacks of `from`; the pool of fibers charges `parent`.
  explicit scheduler(Stacks from, const strata::account* parent = nullptr, Clock clock = {})
      : stacks_(std::move(from)),
        clock_(std::move(clock)),
        tasks_({.name = "fibers", .parent = parent}) {}

  scheduler(const scheduler&) = delete;
  scheduler& operator=(const scheduler&) = delete;
  /// Effects: fibers that never ended are unwound, in no order: their destructors must not
  ///   use one another. Handles that they hold do nothing.
  ~scheduler() {
    ends_ = true;
    tasks_.clear();
  }

  /// Effects: `work` will run as a fiber.
  handle spawn(std::function<void()> work) {
    task& made = tasks_.emplace(std::move(work));
    ready_.push_back(&made);
    return handle(*this, made);
  }

  /// Effects: runs fibers until all have ended. Calls `idle` whenever none can run.
  /// Throws: std::logic_error when all that are left wait for one another.
  template <class Idle>
  void run(Idle&& idle) {
    for (;;) {
      while (!ready_.empty()) {
        task& next = *ready_.front();
        ready_.pop_front();
        resume(next);
      }
      if (sleeping_.empty()) break;
      idle();
      clock_.sleep_until(sleeping_.top().time);
      wake_sleepers();
    }
    if (unfinished_ != 0) throw std::logic_error("fibers wait for one another, for ever");
  }

  // -- Called in a fiber --------------------------------------------------------

  /// Effects: lets all others that can run do so first.
  void yield() {
    ready_.push_back(running_);
    suspend();
  }

  /// Effects: goes on after `time` units of the clock.
  void sleep_for(std::uint64_t time) {
    sleeping_.push({clock_.now() + time, ++sleeps_, running_});
    suspend();
  }

  [[nodiscard]] std::uint64_t now() const noexcept { return clock_.now(); }

 private:
  struct sleeper {
    std::uint64_t time;
    std::uint64_t order;  // who went to sleep first wakes first
    task* who;

    friend bool operator<(const sleeper& a, const sleeper& b) noexcept {
      return a.time != b.time ? a.time > b.time : a.order > b.order;
    }
  };

  void resume(task& next) {
    running_ = &next;
    {
      const strata::fiber_storage_scope running(next.storage);
      if (!next.begun) begin(next);
      next.fiber = std::move(next.fiber).resume();
      if (next.ended) next.storage.clear();
    }
    running_ = nullptr;
    if (next.ended) end(next);
  }

  void begin(task& made) {
    made.fiber = {std::allocator_arg, stacks_, [this, &made](boost::context::fiber&& loop) {
                    loop_ = std::move(loop);
                    work(made);
                    return std::move(loop_);
                  }};
    made.begun = true;
    ++unfinished_;
  }

  static void work(task& of) {
    try {
      of.work();
    } catch (const boost::context::detail::forced_unwind&) {
      throw;  // the scheduler ends before the fiber
    } catch (...) {
      of.failure = std::current_exception();
    }
    of.ended = true;
  }

  void suspend() { loop_ = std::move(loop_).resume(); }

  void end(task& ended) {
    --unfinished_;
    if (ended.joiner != nullptr) ready_.push_back(ended.joiner);
    if (ended.detached) tasks_.release(&ended);
  }

  void join(task& other) {
    if (!other.ended) {
      other.joiner = running_;
      suspend();
    }
    const std::exception_ptr failure = other.failure;
    tasks_.release(&other);
    if (failure != nullptr) std::rethrow_exception(failure);
  }

  void detach(task& other) noexcept {
    if (ends_) return;  // `other` may have ended before
    other.detached = true;
    if (other.ended) tasks_.release(&other);
  }

  void wake_sleepers() {
    while (!sleeping_.empty() && sleeping_.top().time <= clock_.now()) {
      ready_.push_back(sleeping_.top().who);
      sleeping_.pop();
    }
  }

  Stacks stacks_;
  Clock clock_;
  strata::growing_pool<task> tasks_;
  boost::context::fiber loop_;  // the scheduler, while a fiber runs
  task* running_ = nullptr;
  std::deque<task*> ready_;
  std::priority_queue<sleeper> sleeping_;
  std::uint64_t sleeps_ = 0;
  std::size_t unfinished_ = 0;
  bool ends_ = false;
};

}  // namespace fibers
