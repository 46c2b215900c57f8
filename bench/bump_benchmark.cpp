// Bump regions beside what they stand in for: a pointer moved by hand, the standard
// library's monotonic buffer, and a virtual call.
//
//   bump_benchmark --benchmark_repetitions=7 --benchmark_enable_random_interleaving=true
//
// Each iteration fills a range with blocks and writes a word into each, then starts
// again: `hot` within the first-level cache, `warm` over 6.4 MB. The counted/* ones
// allocate 100 000 blocks, for callgrind rather than a clock.
#include <benchmark/benchmark.h>

#include <cstddef>
#include <cstdint>
#include <memory_resource>
#include <random>
#include <span>
#include <string>
#include <vector>

#include <strata/adaptor/fixed_buffer.hpp>
#include <strata/arena/bump_region.hpp>

namespace strata::bench {
namespace {

// The limit: what one would write in place. In one function it stays in registers; where
// several share it, as they share a region, it is in memory.
template <bool InMemory>
class by_hand {
 public:
  explicit by_hand(std::span<std::byte> buffer)
      : begin_(buffer.data()), top_(begin_), end_(begin_ + buffer.size()) {
    if constexpr (InMemory) benchmark::DoNotOptimize(this);  // somebody else may see it
  }

  [[nodiscard]] void* allocate(std::size_t bytes) {
    const std::size_t taken = (bytes + 15) & ~std::size_t{15};
    if (taken > static_cast<std::size_t>(end_ - top_)) [[unlikely]] {
      return nullptr;
    }
    void* const block = top_;
    top_ += taken;
    return block;
  }
  void reset() { top_ = begin_; }

 private:
  std::byte* begin_;
  std::byte* top_;
  std::byte* end_;
};

template <class Policy>
class region_of {
 public:
  explicit region_of(std::span<std::byte> buffer) : region_(buffer) {}
  [[nodiscard]] void* allocate(std::size_t bytes) { return region_.allocate(bytes); }
  void reset() { region_.reset(); }
  [[nodiscard]] strata::bump_region<Policy>& resource() { return region_; }

 private:
  strata::bump_region<Policy> region_;
};

class buffer_of {
 public:
  explicit buffer_of(std::span<std::byte> buffer) : buffer_(buffer) {}
  [[nodiscard]] void* allocate(std::size_t bytes) { return buffer_.allocate(bytes); }
  void reset() { buffer_.reset(); }

 private:
  strata::fixed_buffer<> buffer_;
};

class std_monotonic {
 public:
  explicit std_monotonic(std::span<std::byte> buffer)
      : monotonic_(buffer.data(), buffer.size(), std::pmr::null_memory_resource()) {}
  [[nodiscard]] void* allocate(std::size_t bytes) { return monotonic_.allocate(bytes); }
  void reset() { monotonic_.release(); }
  [[nodiscard]] std::pmr::monotonic_buffer_resource& resource() { return monotonic_; }

 private:
  std::pmr::monotonic_buffer_resource monotonic_;
};

// Any of them through the virtual function that pmr containers call.
template <class Under>
class through_pmr {
 public:
  explicit through_pmr(std::span<std::byte> buffer) : under_(buffer) {}
  [[nodiscard]] void* allocate(std::size_t bytes) { return base_->allocate(bytes); }
  void reset() { under_.reset(); }

 private:
  [[nodiscard]] std::pmr::memory_resource* hidden() {
    std::pmr::memory_resource* base = &under_.resource();
    benchmark::DoNotOptimize(base);  // else the compiler sees which function it is
    return base;
  }

  Under under_;
  std::pmr::memory_resource* base_ = hidden();
};

struct locked : bump_policies::high_performance {
  using lock = std::mutex;
};
struct zeroed : bump_policies::high_performance {
  static constexpr bool zeroing = true;
};

template <class Under>
std::size_t fill(Under& under, std::size_t blocks, const std::vector<std::uint16_t>* sizes) {
  for (std::size_t i = 0; i < blocks; ++i) {
    const std::size_t bytes = sizes == nullptr ? 64 : (*sizes)[i];
    auto* const block = static_cast<std::uint64_t*>(under.allocate(bytes));
    *block = i;
    benchmark::DoNotOptimize(block);
  }
  under.reset();
  return blocks;
}

std::vector<std::uint16_t> mixed_sizes(std::size_t count) {
  std::mt19937 random(1);
  std::vector<std::uint16_t> sizes(count);
  for (std::uint16_t& size : sizes) size = static_cast<std::uint16_t>(8 + random() % 249);
  return sizes;
}

template <class Under>
void run(benchmark::State& state, std::size_t blocks, bool mixed) {
  std::vector<std::byte> buffer((blocks + 1) * (mixed ? 256 : 64) * 4);
  const std::vector<std::uint16_t> sizes = mixed_sizes(blocks);
  Under under(buffer);
  std::size_t done = 0;
  for (auto _ : state) done += fill(under, blocks, mixed ? &sizes : nullptr);
  state.SetItemsProcessed(static_cast<std::int64_t>(done));
}

template <class Under>
void add(const std::string& name) {
  constexpr std::size_t hot = 128;
  constexpr std::size_t warm = 100'000;
  const auto workload = [&](const char* what, std::size_t blocks, bool mixed) {
    return benchmark::RegisterBenchmark((what + ("/" + name)).c_str(), run<Under>, blocks, mixed);
  };
  workload("hot_64", hot, false);
  workload("warm_64", warm, false);
  workload("hot_mixed", hot, true);
  workload("counted/hot_64", hot, false)->Iterations(100'000 / hot);
  workload("counted/hot_mixed", hot, true)->Iterations(100'000 / hot);
}

void add_all() {
  using bump_policies::high_performance;
  using bump_policies::safety;
  add<by_hand<false>>("by_hand_in_registers");
  add<by_hand<true>>("by_hand");
  add<region_of<high_performance>>("bump_region");
  add<region_of<zeroed>>("bump_region_zeroed");
  add<region_of<locked>>("bump_region_locked");
  add<region_of<safety>>("bump_region_safety");
  add<buffer_of>("fixed_buffer");
  add<std_monotonic>("std_monotonic");
  add<through_pmr<region_of<high_performance>>>("bump_region_through_pmr");
  add<through_pmr<std_monotonic>>("std_monotonic_through_pmr");
}

}  // namespace
}  // namespace strata::bench

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  if (benchmark::ReportUnrecognizedArguments(argc, argv)) return 1;
  strata::bench::add_all();
  benchmark::RunSpecifiedBenchmarks();
  return 0;
}
