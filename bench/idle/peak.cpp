#include "idle/peak.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <functional>
#include <memory_resource>
#include <numeric>
#include <stdexcept>
#include <thread>
#include <utility>

#include "instrument/mapped_resource.hpp"
#include "instrument/random.hpp"
#include "instrument/resident.hpp"

namespace strata::bench {
namespace {

// The blocks of one thread. The table lies outside of the heap and is written
// before anything is measured, so it is in every figure alike.
class hoard {
 public:
  hoard(const peak_options& options, std::uint64_t seed, std::pmr::memory_resource* memory)
      : options_(options), random_(seed), blocks_(count(options), memory) {
    std::memset(blocks_.data(), 1, blocks_.size() * sizeof(void*));
  }

  // False when memory is refused.
  [[nodiscard]] bool fill() {
    for (void*& block : blocks_) {
      const std::size_t bytes = options_.sizes[random_.below(options_.sizes.size())];
      block = std::malloc(bytes);
      if (block == nullptr) return false;
      std::memset(block, 0x5A, bytes);
    }
    return true;
  }

  void arrange() {
    if (options_.order == free_order::random) {
      for (std::size_t left = blocks_.size(); left > 1; --left) {
        std::swap(blocks_[left - 1], blocks_[random_.below(left)]);
      }
    } else if (options_.order == free_order::reverse) {
      std::reverse(blocks_.begin(), blocks_.end());
    }
  }

  void drop() {
    for (void* block : blocks_) std::free(block);
  }

 private:
  static std::size_t count(const peak_options& options) {
    const std::size_t sum =
        std::accumulate(options.sizes.begin(), options.sizes.end(), std::size_t{0});
    const std::size_t mean = std::max(sum / options.sizes.size(), std::size_t{1});
    return (options.mib << 20) / options.threads / mean;
  }

  const peak_options& options_;
  random_numbers random_;
  std::pmr::vector<void*> blocks_;
};

// A thread that does one job at a time, so that the main thread says who does what.
class helper {
 public:
  helper() : thread_([this](const std::stop_token& stop) { serve(stop); }) {}

  ~helper() {
    thread_.request_stop();
    busy_ = true;
    busy_.notify_one();
  }

  helper(const helper&) = delete;
  helper& operator=(const helper&) = delete;

  void start(std::function<void()> job) {
    job_ = std::move(job);
    busy_ = true;
    busy_.notify_one();
  }

  void finish() const { busy_.wait(true); }

 private:
  void serve(const std::stop_token& stop) {
    for (;;) {
      busy_.wait(false);
      if (stop.stop_requested()) return;
      job_();
      busy_ = false;
      busy_.notify_one();
    }
  }

  std::atomic<bool> busy_ = false;
  std::function<void()> job_;
  std::jthread thread_;
};

class peak {
 public:
  explicit peak(const peak_options& options) : options_(options), hoards_(&memory_) {
    hoards_.reserve(options.threads);
    for (unsigned i = 0; i < options.threads; ++i) hoards_.emplace_back(options, i + 1, &memory_);
    // The first hoard is the main thread's, unless those who allocate shall end.
    for (unsigned i = main_allocates() ? 1 : 0; i < options.threads; ++i) helpers_.emplace_back();
  }

  resident_memory watch() {
    resident_memory seen{};
    seen.before = resident_bytes();
    each_thread([this](hoard& mine) {
      if (!mine.fill()) refused_ = true;
    });
    if (refused_)
      throw std::runtime_error(fmt::format("memory refused within {} MiB", options_.mib));
    if (options_.who == freed_by::ended) helpers_.clear();
    for (hoard& each : hoards_) each.arrange();
    seen.at_peak = resident_bytes();
    drop();
    seen.after_free = resident_bytes();
    std::this_thread::sleep_for(std::chrono::duration<double>(options_.sleep_seconds));
    seen.after_sleep = resident_bytes();
    return seen;
  }

 private:
  [[nodiscard]] bool main_allocates() const { return options_.who != freed_by::ended; }

  // At the same time, each hoard on the thread it belongs to.
  template <class Job>
  void each_thread(const Job& job) {
    hoard* next = hoards_.data() + (main_allocates() ? 1 : 0);
    for (helper& each : helpers_) {
      hoard& its = *next++;
      each.start([&job, &its] { job(its); });
    }
    if (main_allocates()) job(hoards_.front());
    for (const helper& each : helpers_) each.finish();
  }

  void drop_all() {
    for (hoard& each : hoards_) each.drop();
  }

  void drop() {
    if (options_.who == freed_by::own) {
      each_thread([](hoard& mine) { mine.drop(); });
    } else if (options_.who == freed_by::ended) {
      drop_all();
    } else {
      other_.start([this] { drop_all(); });
      other_.finish();
    }
  }

  const peak_options& options_;
  mapped_resource memory_;
  std::pmr::vector<hoard> hoards_;
  std::deque<helper> helpers_;
  helper other_;
  std::atomic<bool> refused_ = false;
};

}  // namespace

resident_memory watch_peak(const peak_options& options) { return peak(options).watch(); }

}  // namespace strata::bench
