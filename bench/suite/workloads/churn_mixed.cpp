// One thread, sizes as recorded of real programs, and two kinds of life: most
// blocks die soon and in the reverse order of their birth, as a function's do;
// the others stay for long and die in any order.
#include <array>

#include "churn.hpp"
#include "sizes.hpp"
#include "workload.hpp"

namespace strata::suite {
namespace {

class call_stack {
 public:
  // A call that needs a few blocks, up to `depth` further calls, and an end.
  void call(churn_table& long_lived, random_numbers& random, unsigned depth) {
    std::array<block, 6> local;
    for (block& each : local) each = make_block(recorded_size(random), random.next());
    long_lived.replace(1, recorded_size);
    for (unsigned calls = 0; calls < 2 && depth != 0; ++calls) call(long_lived, random, depth - 1);
    for (std::size_t i = local.size(); i != 0; --i) sum_ += drop_block(local[i - 1]);
  }

  [[nodiscard]] std::uint64_t sum() const { return sum_; }

 private:
  std::uint64_t sum_ = 0;
};

outcome run(const parameters& work) {
  constexpr std::size_t long_lived = 50'000;
  constexpr unsigned depth = 9;  // 1,023 calls
  churn_table table(long_lived, 2);
  random_numbers random(3);
  call_stack stack;
  for (std::size_t i = 0, end = work.count(3'000); i < end; ++i) {
    stack.call(table, random, depth);
  }
  table.clear();
  return {table.sum() + stack.sum()};
}

}  // namespace

extern const workload churn_mixed = {
    .name = "churn_mixed",
    .summary = "Sizes recorded of programs; most die young, 50,000 live long",
    .threaded = false,
    .run = run,
};

}  // namespace strata::suite
