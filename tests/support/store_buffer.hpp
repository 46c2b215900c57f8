// Stores that other threads see later: what interleavings explores, with a buffer
// between each thread and the memory, from which its stores go one by one, in order,
// whenever a thread of `drain` says (the memory model of x86: Sewell and others, CACM
// 2010). Without it, "write mine, read yours" looks right without a fence.
//
// Each order begins with store_buffers::clear and ends with drain_all.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <map>

#include "support/interleavings.hpp"

namespace strata::test {

class store_buffers {
 public:
  struct object {
    virtual void become(std::uint64_t value) = 0;

   protected:
    ~object() = default;
  };
  struct store {
    object* to;
    std::uint64_t value;
    std::size_t number;  // in the order of all stores
  };

  static void clear() {
    buffers.clear();
    stores = 0;
  }
  static std::deque<store>& of(std::size_t thread) { return buffers[thread]; }

  static void add(object& to, std::uint64_t value) {
    const store added{&to, value, ++stores};
    interleavings::has_changed(base + added.number, 0, value + 1);
    of(interleavings::thread()).push_back(added);
  }
  static void drain(std::size_t thread) {
    while (!of(thread).empty()) drain_one(thread);
  }
  static void drain_all() {
    for (auto& [thread, buffer] : buffers) drain(thread);
  }
  /// Effects: is a thread that moves up to `steps` stores of `thread` to the memory.
  static void drain_at_any_time(std::size_t thread, int steps) {
    for (int step = 0; step < steps; ++step) {
      interleavings::pause();
      interleavings::has_read(of(thread).size());
      if (!of(thread).empty()) drain_one(thread);
    }
  }

 private:
  static constexpr std::size_t base = 1 << 20;  // above the numbers of objects

  static void drain_one(std::size_t thread) {
    const store oldest = of(thread).front();
    of(thread).pop_front();
    interleavings::has_changed(base + oldest.number, oldest.value + 1, 0);
    oldest.to->become(oldest.value);
  }

  static inline std::map<std::size_t, std::deque<store>> buffers;
  static inline std::size_t stores = 0;
};

// An atomic object whose stores wait in the buffer of the thread that made them.
template <class Value>
class buffered_atomic final : store_buffers::object {
 public:
  buffered_atomic(Value value = {}) : number_(interleavings::number_object()) {
    become(static_cast<std::uint64_t>(value));
  }
  buffered_atomic(const buffered_atomic&) = delete;
  buffered_atomic& operator=(const buffered_atomic&) = delete;

  Value load(std::memory_order) const {
    interleavings::pause();
    const std::uint64_t seen = newest();
    interleavings::has_read(seen);
    return static_cast<Value>(seen);
  }
  void store(Value value, std::memory_order) {
    if (!interleavings::inside()) return become(static_cast<std::uint64_t>(value));
    interleavings::pause();
    interleavings::has_read(0);  // that it came this far
    store_buffers::add(*this, static_cast<std::uint64_t>(value));
  }

 private:
  std::uint64_t newest() const {
    if (!interleavings::inside()) return value_;
    const auto& mine = store_buffers::of(interleavings::thread());
    for (auto each = mine.rbegin(); each != mine.rend(); ++each) {
      if (each->to == this) return each->value;
    }
    return value_;
  }
  void become(std::uint64_t value) override {
    interleavings::has_changed(number_, value_, value);
    value_ = value;
  }

  std::size_t number_;
  std::uint64_t value_ = 0;
};

}  // namespace strata::test
