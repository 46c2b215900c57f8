#include "latency/load.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <atomic>
#include <barrier>
#include <cstdlib>
#include <memory_resource>
#include <stdexcept>
#include <thread>
#include <vector>

#include "instrument/mapped_resource.hpp"
#include "instrument/random.hpp"
#include "latency/ticks.hpp"

namespace strata::bench {
namespace {

// In the first bytes of each block, so that whoever frees it knows whose it was
// and that nobody else wrote there.
struct label {
  std::uint32_t owner;
  std::uint32_t bytes;
  std::uint64_t check;

  [[nodiscard]] std::uint64_t expected() const noexcept {
    return reinterpret_cast<std::uintptr_t>(this) * 0x9E37'79B9'7F4A'7C15 + bytes;
  }
};

// Of 64 blocks, 57 have up to 512 bytes, 6 up to 8 KiB and one up to 64 KiB;
// inside of a group each doubling is as likely as any other.
std::uint32_t random_size(random_numbers& random) noexcept {
  const std::uint64_t group = random.below(64);
  const unsigned first = group < 57 ? 4 : group < 63 ? 9 : 13;
  const unsigned doublings = group < 57 ? 5 : group < 63 ? 4 : 3;
  const std::uint64_t base = std::uint64_t{1} << (first + random.below(doublings));
  return static_cast<std::uint32_t>(base + random.below(base) + 1);
}

class shared_board {
 public:
  explicit shared_board(std::pmr::memory_resource* memory) : places_(place_count, memory) {}

  label* swap(std::uint64_t place, label* block) noexcept {
    return places_[place % place_count].exchange(block, std::memory_order_acq_rel);
  }

 private:
  static constexpr std::size_t place_count = 256;
  std::pmr::vector<std::atomic<label*>> places_;
};

class worker {
 public:
  worker(const load_options& options, std::uint32_t number, shared_board& board,
         std::pmr::memory_resource* memory)
      : options_(options),
        number_(number),
        random_(options.seed * 1'000'003 + number),
        table_(options.live, memory),
        board_(board) {}

  void fill() {
    for (label*& block : table_) block = obtain();
    times_ = {};  // filling a heap is another load than using it
  }

  void run() {
    for (std::uint64_t done = 0; done < options_.operations; ++done) replace_one();
  }

  [[nodiscard]] const latencies& times() const noexcept { return times_; }

 private:
  template <class Work>
  void time(timed what, const Work& work) {
    const std::uint64_t first = first_tick();
    work();
    const std::uint64_t last = last_tick();
    times_[static_cast<std::size_t>(what)].add(last > first ? last - first : 0);
  }

  void replace_one() {
    time(timed::nothing, [] {});
    label*& place = table_[random_.below(table_.size())];
    label* old = place;
    if (random_.below(100) < options_.crossing_percent) old = board_.swap(random_.next(), old);
    if (old != nullptr) release(old);
    place = obtain();
  }

  label* obtain() {
    const std::uint32_t bytes = random_size(random_);
    void* block = nullptr;
    time(timed::allocation, [&] { block = std::malloc(bytes); });
    if (block == nullptr) throw std::runtime_error(fmt::format("malloc({}) was refused", bytes));
    touch(static_cast<volatile char*>(block), bytes);
    auto* const written = static_cast<label*>(block);
    written->owner = number_;
    written->bytes = bytes;
    written->check = written->expected();
    return written;
  }

  // The first write to each page of a block just got, timed one by one.
  void touch(volatile char* block, std::uint32_t bytes) {
    static const auto page = static_cast<std::uint32_t>(::sysconf(_SC_PAGESIZE));
    for (std::uint32_t at = 0; at < bytes; at += page) {
      time(timed::first_touch, [&] { block[at] = 1; });
    }
  }

  void release(label* block) {
    if (block->check != block->expected()) {
      throw std::runtime_error("a block lost its contents: the allocator under test is broken");
    }
    block->check = 0;
    const bool own = block->owner == number_;
    time(own ? timed::own_free : timed::crossing_free, [&] { std::free(block); });
  }

  const load_options& options_;
  std::uint32_t number_;
  random_numbers random_;
  std::pmr::vector<label*> table_;
  shared_board& board_;
  latencies times_{};
};

// Failures of the threads, which must not end the process from inside.
class first_failure {
 public:
  template <class Work>
  void guard(const Work& work) noexcept {
    try {
      work();
    } catch (...) {
      if (!taken_.test_and_set()) error_ = std::current_exception();
    }
  }

  void rethrow() const {
    if (error_) std::rethrow_exception(error_);
  }

 private:
  std::atomic_flag taken_;
  std::exception_ptr error_;
};

}  // namespace

latencies run_load(const load_options& options) {
  mapped_resource memory;
  shared_board board(&memory);
  std::pmr::vector<worker> workers(&memory);
  workers.reserve(options.threads);
  for (std::uint32_t i = 0; i < options.threads; ++i) {
    workers.emplace_back(options, i, board, &memory);
  }

  first_failure failure;
  std::barrier all_filled(static_cast<std::ptrdiff_t>(options.threads));
  std::vector<std::jthread> threads;
  for (worker& each : workers) {
    threads.emplace_back([&] {
      failure.guard([&] { each.fill(); });
      all_filled.arrive_and_wait();
      failure.guard([&] { each.run(); });
    });
  }
  threads.clear();
  failure.rethrow();

  latencies sum{};
  for (const worker& each : workers) {
    for (std::size_t i = 0; i < timed_count; ++i) sum[i].add(each.times()[i]);
  }
  return sum;
}

}  // namespace strata::bench
