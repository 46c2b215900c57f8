// A queue between threads. The receiver takes all that is there at once, so
// that locks and wake-ups do not drown what the allocator costs.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <mutex>
#include <utility>
#include <vector>

namespace strata::suite {

template <class Value>
class channel {
 public:
  // Senders wait while `limit` values are in it.
  explicit channel(std::size_t limit) : limit_(limit) {}

  void send(Value value) {
    std::unique_lock lock(mutex_);
    has_room_.wait(lock, [this] { return values_.size() < limit_; });
    values_.push_back(std::move(value));
    if (values_.size() == 1) has_values_.notify_one();
  }

  // Everything sent since; waits for the first. `taken` gives its room in
  // exchange.
  void receive(std::vector<Value>& taken) {
    taken.clear();
    std::unique_lock lock(mutex_);
    has_values_.wait(lock, [this] { return !values_.empty(); });
    const bool was_full = values_.size() >= limit_;
    values_.swap(taken);
    if (was_full) has_room_.notify_all();
  }

 private:
  std::size_t limit_;
  std::mutex mutex_;
  std::condition_variable has_room_;
  std::condition_variable has_values_;
  std::vector<Value> values_;
};

}  // namespace strata::suite
