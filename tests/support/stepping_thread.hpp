// Another thread that does one thing at a time, while the test waits: real
// threads in an order that the test chooses.
#pragma once

#include <condition_variable>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>

namespace strata::test {

class stepping_thread {
 public:
  stepping_thread() : thread_([this] { serve(); }) {}
  ~stepping_thread() { end(); }
  stepping_thread(const stepping_thread&) = delete;
  stepping_thread& operator=(const stepping_thread&) = delete;

  // Returns once the thread has run `work`.
  void run(std::function<void()> work) {
    std::unique_lock hold(lock_);
    work_ = std::move(work);
    changed_.notify_all();
    changed_.wait(hold, [this] { return work_ == nullptr; });
  }

  // Returns once the thread and its exit hooks have ended.
  void end() {
    if (!thread_.joinable()) return;
    {
      const std::lock_guard hold(lock_);
      ending_ = true;
      changed_.notify_all();
    }
    thread_.join();
  }

 private:
  void serve() {
    std::unique_lock hold(lock_);
    for (;;) {
      changed_.wait(hold, [this] { return work_ != nullptr || ending_; });
      if (work_ == nullptr) return;
      work_();
      work_ = nullptr;
      changed_.notify_all();
    }
  }

  std::mutex lock_;
  std::condition_variable changed_;
  std::function<void()> work_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace strata::test
