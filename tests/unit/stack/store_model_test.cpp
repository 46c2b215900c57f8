// A random life of a pool, beside a model that knows what every stack should hold.
#include <map>
#include <random>

#include "support/sanitized.hpp"
#include "unit/stack/fake_stacks.hpp"

namespace strata::test {
namespace {

class model {
 public:
  explicit model(unsigned seed, const stack_pool_options& options)
      : random_(seed), stacks_(options), maximum_(options.maximum) {}
  ~model() {
    while (!live_.empty()) give();
    EXPECT_TRUE(stacks_->invariant());
  }
  model(const model&) = delete;
  model& operator=(const model&) = delete;

  void step() {
    switch (below(20)) {
      case 0:
        strata::os::fake_os::advance_ns(below(2'000'000'000));
        stacks_->tick();
        break;
      case 1:
        if (below(4) == 0) stacks_->trim();
        break;
      default:
        // Waves, so that there are times of many and of few.
        below(100) < (wave_++ / 200 % 2 == 0 ? 70U : 30U) ? take() : give();
    }
    check();
  }

 private:
  struct filled {
    void* base;
    std::size_t size;
    std::byte pattern;
    std::string name;
  };

  std::size_t below(std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_);
  }

  // Writes what a fiber would: near the top mostly, sometimes everywhere.
  void take() {
    void* const top = stacks_.take();
    ASSERT_EQ(top == nullptr, live_.size() == maximum_);
    if (top == nullptr) return;
    const std::size_t size = detail::header_at(top).size;
    filled one{static_cast<std::byte*>(top) - size, size, std::byte(1 + below(255)), {}};
    if (below(4) == 0) stacks_->set_name(top, one.name = std::to_string(below(1000)));
    const std::size_t used = below(8) == 0 ? size : below(5000);
    std::fill_n(static_cast<std::byte*>(top) - used, used, one.pattern);
    one.base = static_cast<std::byte*>(top) - used;
    one.size = used;
    ASSERT_TRUE(live_.emplace(top, one).second) << "handed out twice";
    peak_ = std::max(peak_, live_.size());
  }

  void give() {
    if (live_.empty()) return;
    const auto which = std::next(live_.begin(), static_cast<std::ptrdiff_t>(below(live_.size())));
    const filled& one = which->second;
    const auto* const first = static_cast<const std::byte*>(one.base);
    EXPECT_TRUE(std::all_of(first, first + one.size, [&](auto b) { return b == one.pattern; }));
    EXPECT_EQ(stacks_->name_of(which->first), one.name);
    stacks_.give(which->first);
    live_.erase(which);
  }

  void check() {
    const auto now = stacks_.statistics();
    EXPECT_EQ(now.active, live_.size());
    EXPECT_EQ(now.peak, peak_) << "exact, although the hot path does not count";
    EXPECT_EQ(now.held_bytes, stacks_->account().usage());
    EXPECT_TRUE(stacks_->invariant());
  }

  std::mt19937 random_;
  fake_stacks stacks_;
  std::size_t maximum_;
  std::map<void*, filled> live_;
  std::size_t peak_ = 0;
  std::size_t wave_ = 0;
};

void live(const stack_pool_options& options) {
  for (unsigned seed = 0; seed < 4; ++seed) {
    model life(seed, options);
    for (std::size_t i = 0; i < scaled(4000); ++i) life.step();
  }
}

TEST_F(stack_store_test, model_with_defaults) { live({}); }

TEST_F(stack_store_test, model_with_little_of_everything) {
  live({.stack_bytes = 16'384,
        .guard_pages = 2,
        .canary = true,
        .colours = 16,
        .initial = 20,
        .maximum = 60,
        .group_stacks = 7,
        .idle_bytes = 80'000,
        .keep_bytes = 4096});
}

TEST_F(stack_store_test, model_opened_ahead_and_without_guards) {
  live({.guard_pages = 0, .prefault = 8192, .colours = 4, .initial = 100, .group_stacks = 32});
}

}  // namespace
}  // namespace strata::test
