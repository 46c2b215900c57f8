// A small language of expressions, for the workload `parser`: text, the tree it
// is parsed into, its value, and the tree simplified.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "random_numbers.hpp"

namespace strata::suite {

class expression;
using expression_ptr = std::unique_ptr<expression>;

// Arithmetic is modulo 2^64, so that it has one result everywhere.
class expression {
 public:
  expression() = default;
  expression(const expression&) = delete;
  expression& operator=(const expression&) = delete;
  expression(expression&&) = delete;
  expression& operator=(expression&&) = delete;
  virtual ~expression() = default;

  [[nodiscard]] virtual std::uint64_t value() const = 0;
  [[nodiscard]] virtual bool is_constant() const = 0;

  // The tree with constant parts replaced by their value; `self` is used up.
  static expression_ptr simplified(expression_ptr self);

 private:
  virtual void simplify_children() = 0;
};

// Fails the program when the text is not an expression, which is a damaged text.
[[nodiscard]] expression_ptr parse(std::string_view text);

// Text of an expression with calls nested `depth` deep.
[[nodiscard]] std::string random_expression(random_numbers& random, unsigned depth);

}  // namespace strata::suite
