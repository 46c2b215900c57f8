#include "expression.hpp"

#include <cctype>
#include <utility>

#include "failure.hpp"

namespace strata::suite {
namespace {

class number final : public expression {
 public:
  explicit number(std::uint64_t value) : value_(value) {}
  [[nodiscard]] std::uint64_t value() const override { return value_; }
  [[nodiscard]] bool is_constant() const override { return true; }

 private:
  void simplify_children() override {}
  std::uint64_t value_;
};

class variable final : public expression {
 public:
  explicit variable(std::string_view name) : name_(name) {}
  [[nodiscard]] std::uint64_t value() const override {
    checksum sum;
    for (const char letter : name_) sum.add(static_cast<unsigned char>(letter));
    return sum.value();
  }
  [[nodiscard]] bool is_constant() const override { return false; }

 private:
  void simplify_children() override {}
  std::string name_;
};

class operation final : public expression {
 public:
  operation(char sign, expression_ptr left, expression_ptr right)
      : sign_(sign), left_(std::move(left)), right_(std::move(right)) {}

  [[nodiscard]] std::uint64_t value() const override {
    const std::uint64_t left = left_->value();
    const std::uint64_t right = right_->value();
    return sign_ == '+' ? left + right : sign_ == '-' ? left - right : left * right;
  }
  [[nodiscard]] bool is_constant() const override {
    return left_->is_constant() && right_->is_constant();
  }

 private:
  void simplify_children() override {
    left_ = simplified(std::move(left_));
    right_ = simplified(std::move(right_));
  }
  char sign_;
  expression_ptr left_;
  expression_ptr right_;
};

class function_call final : public expression {
 public:
  function_call(std::string_view name, std::vector<expression_ptr> arguments)
      : name_(name), arguments_(std::move(arguments)) {}

  [[nodiscard]] std::uint64_t value() const override {
    checksum sum;
    for (const char letter : name_) sum.add(static_cast<unsigned char>(letter));
    for (const expression_ptr& each : arguments_) sum.add(each->value());
    return sum.value();
  }
  [[nodiscard]] bool is_constant() const override { return false; }

 private:
  void simplify_children() override {
    for (expression_ptr& each : arguments_) each = simplified(std::move(each));
  }
  std::string name_;
  std::vector<expression_ptr> arguments_;
};

// By recursive descent: sum = product {(+|-) product}, product = atom {* atom}.
class parser_of {
 public:
  explicit parser_of(std::string_view text) : rest_(text) {}

  expression_ptr whole() {
    expression_ptr result = sum();
    require(rest_.empty(), "parser: there is text after the expression");
    return result;
  }

 private:
  [[nodiscard]] char next() const { return rest_.empty() ? '\0' : rest_.front(); }

  char take() {
    const char taken = next();
    if (!rest_.empty()) rest_.remove_prefix(1);
    return taken;
  }

  expression_ptr sum() {
    expression_ptr left = product();
    while (next() == '+' || next() == '-') {
      const char sign = take();
      left = std::make_unique<operation>(sign, std::move(left), product());
    }
    return left;
  }

  expression_ptr product() {
    expression_ptr left = atom();
    while (next() == '*') {
      take();
      left = std::make_unique<operation>('*', std::move(left), atom());
    }
    return left;
  }

  expression_ptr atom() {
    const auto first = static_cast<unsigned char>(next());
    if (std::isdigit(first) != 0) return constant();
    if (std::isalpha(first) != 0) return named();
    require(take() == '(', "parser: the text is damaged where an operand should be");
    expression_ptr inner = sum();
    require(take() == ')', "parser: the text is damaged where a parenthesis should be");
    return inner;
  }

  expression_ptr constant() {
    std::uint64_t value = 0;
    while (std::isdigit(static_cast<unsigned char>(next())) != 0) {
      value = value * 10 + static_cast<unsigned char>(take() - '0');
    }
    return std::make_unique<number>(value);
  }

  expression_ptr named() {
    std::size_t length = 0;
    while (length < rest_.size() && std::isalpha(static_cast<unsigned char>(rest_[length])) != 0) {
      ++length;
    }
    const std::string_view name = rest_.substr(0, length);
    rest_.remove_prefix(length);
    if (next() != '(') return std::make_unique<variable>(name);
    std::vector<expression_ptr> arguments;
    do {
      take();
      arguments.push_back(sum());
    } while (next() == ',');
    require(take() == ')', "parser: the text is damaged where a call should end");
    return std::make_unique<function_call>(name, std::move(arguments));
  }

  std::string_view rest_;
};

void append_name(std::string& text, random_numbers& random, std::size_t length_max) {
  const std::size_t length = random.between(1, length_max);
  for (std::size_t i = 0; i < length; ++i) {
    text += static_cast<char>('a' + static_cast<char>(random.below(26)));
  }
}

void append_expression(std::string& text, random_numbers& random, unsigned depth);

void append_atom(std::string& text, random_numbers& random, unsigned depth) {
  if (depth == 0) {
    if (random.chance(60)) {
      text += std::to_string(random.below(100'000));
    } else {
      append_name(text, random, 24);
    }
    return;
  }
  const bool is_call = random.chance(40);
  if (is_call) append_name(text, random, 20);
  text += '(';
  const std::size_t arguments = is_call ? random.between(1, 3) : 1;
  for (std::size_t i = 0; i < arguments; ++i) {
    if (i != 0) text += ',';
    append_expression(text, random, depth - 1);
  }
  text += ')';
}

void append_expression(std::string& text, random_numbers& random, unsigned depth) {
  append_atom(text, random, depth);
  for (std::size_t more = random.below(3); more != 0; --more) {
    text += "+-*"[random.below(3)];
    append_atom(text, random, depth == 0 ? 0 : depth - 1);
  }
}

}  // namespace

expression_ptr expression::simplified(expression_ptr self) {
  if (self->is_constant()) return std::make_unique<number>(self->value());
  self->simplify_children();
  return self;
}

expression_ptr parse(std::string_view text) { return parser_of(text).whole(); }

std::string random_expression(random_numbers& random, unsigned depth) {
  std::string text;
  append_expression(text, random, depth);
  return text;
}

}  // namespace strata::suite
