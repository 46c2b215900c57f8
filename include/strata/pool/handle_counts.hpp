// Whether the handles of a shared object may be on several threads: the policy of
// shared_handle and weak_handle.
//
//   plain_counts    all handles of one object stay on one thread at a time
//   atomic_counts   any thread may copy and drop handles of its own
//
// Both are the same number in the slot of the object: shared handles in the low
// half, weak ones in the high half. The weak half counts one more as long as any
// shared handle exists, so that the slot outlives the object's destructor.
//
// Memory orders of atomic_counts, and where they come from: "Reference counting"
// in the usage examples of Boost.Atomic.
//
//   add        relaxed: whoever adds has a handle already, and passing that handle
//              between threads has ordered what lies before it
//   subtract   release: what this thread did to the object comes before its end
//   the last   acquire: the end comes after what all other threads did. A load after
//              the subtraction reads from the release sequence that every earlier
//              subtraction belongs to ([intro.races]), as a fence would order it;
//              ThreadSanitizer understands loads and not fences
//   lock       relaxed: it adds only where others keep the object alive, as
//              atomic_conditional_increment of Boost.SmartPtr does
//   only one   acquire, and no atomic read-modify-write: who reads that its handle is
//              the only one is alone with the slot, as libstdc++'s shared_ptr does
#pragma once

#include <atomic>
#include <cstdint>

namespace strata {

/// Handles of one thread at a time: plain arithmetic.
struct plain_counts {
  static constexpr bool across_threads = false;

  class word {
   public:
    explicit word(std::uint64_t value) noexcept : value_(value) {}

    [[nodiscard]] std::uint64_t glance() const noexcept { return value_; }
    [[nodiscard]] std::uint64_t see_all() const noexcept { return value_; }
    void set(std::uint64_t value) noexcept { value_ = value; }
    std::uint64_t add(std::uint64_t more) noexcept {
      value_ += more;
      return value_ - more;
    }
    std::uint64_t subtract(std::uint64_t less) noexcept {
      value_ -= less;
      return value_ + less;
    }
    bool replace(std::uint64_t& /*expected*/, std::uint64_t wanted) noexcept {
      value_ = wanted;
      return true;
    }

   private:
    std::uint64_t value_;
  };
};

/// Handles of any thread. Needs a pool to which any thread may give slots back.
struct atomic_counts {
  static constexpr bool across_threads = true;

  class word {
   public:
    explicit word(std::uint64_t value) noexcept : value_(value) {}

    [[nodiscard]] std::uint64_t glance() const noexcept {
      return value_.load(std::memory_order_relaxed);
    }
    [[nodiscard]] std::uint64_t see_all() const noexcept {
      return value_.load(std::memory_order_acquire);
    }
    void set(std::uint64_t value) noexcept { value_.store(value, std::memory_order_relaxed); }
    std::uint64_t add(std::uint64_t more) noexcept {
      return value_.fetch_add(more, std::memory_order_relaxed);
    }
    std::uint64_t subtract(std::uint64_t less) noexcept {
      return value_.fetch_sub(less, std::memory_order_release);
    }
    bool replace(std::uint64_t& expected, std::uint64_t wanted) noexcept {
      return value_.compare_exchange_weak(expected, wanted, std::memory_order_relaxed,
                                          std::memory_order_relaxed);
    }

   private:
    std::atomic<std::uint64_t> value_;
  };
};

}  // namespace strata
