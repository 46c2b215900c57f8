// A parser: text becomes a tree of many small objects of different sizes, is
// evaluated, changed in places and dropped as a whole. A compiler keeps the
// trees of many functions, so some stay for a while.
#include <array>

#include "expression.hpp"
#include "failure.hpp"
#include "workload.hpp"

namespace strata::suite {
namespace {

struct module_tree {
  expression_ptr tree;
  std::uint64_t value = 0;
};

outcome run(const parameters& work) {
  constexpr unsigned depth = 9;
  std::array<module_tree, 64> kept;
  random_numbers random(11);
  checksum sum;
  for (std::size_t i = 0, end = work.count(2'000); i < end; ++i) {
    expression_ptr tree = parse(random_expression(random, depth));
    const std::uint64_t value = tree->value();
    sum.add(value);
    module_tree& place = kept[random.below(kept.size())];
    if (place.tree) require(place.tree->value() == place.value, "parser: a tree changed its value");
    place = {expression::simplified(std::move(tree)), value};
  }
  return {sum.value()};
}

}  // namespace

extern const workload parser = {
    .name = "parser",
    .summary = "Expressions parsed into trees, evaluated, simplified and dropped",
    .threaded = false,
    .run = run,
};

}  // namespace strata::suite
