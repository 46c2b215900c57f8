// A parser with checkpoints: it tries a rule, and where the rule does not hold, all
// that the attempt built ends at once.
//
//   statement  = assignment | sum
//   assignment = name "=" sum
//   sum        = term { "+" term }
//   term       = name | number
#include <strata/arena/arena.hpp>
#include <strata/arena/arena_checkpoint.hpp>

#include <cctype>
#include <cstdio>
#include <string_view>

namespace {

struct node {
  char kind;  // '=', '+', or 't' for a term
  std::string_view text;
  const node* left;
  const node* right;
};

class parser {
 public:
  parser(std::string_view source, strata::arena& memory) : rest_(source), memory_(memory) {}

  // nullptr: this is not a statement, and nothing of it is left in the arena.
  const node* statement() {
    if (const node* found = attempt(&parser::assignment)) return found;
    return attempt(&parser::whole_sum);
  }

 private:
  const node* attempt(const node* (parser::*rule)()) {
    const std::string_view before = rest_;
    strata::arena_checkpoint checkpoint(memory_);
    if (const node* found = (this->*rule)()) {
      checkpoint.keep();
      return found;
    }
    rest_ = before;
    return nullptr;
  }

  const node* assignment() {
    const node* name = term();
    if (name == nullptr || !take('=')) return nullptr;
    const node* value = whole_sum();
    return value == nullptr ? nullptr : make('=', name, value);
  }

  const node* whole_sum() {
    const node* left = term();
    while (left != nullptr && take('+')) {
      const node* right = term();
      left = right == nullptr ? nullptr : make('+', left, right);
    }
    return rest_.empty() ? left : nullptr;
  }

  const node* term() {
    std::size_t length = 0;
    while (length < rest_.size() && std::isalnum(static_cast<unsigned char>(rest_[length]))) {
      ++length;
    }
    if (length == 0) return nullptr;
    const std::string_view text = rest_.substr(0, length);
    rest_.remove_prefix(length);
    return memory_.make<node>(node{'t', text, nullptr, nullptr});
  }

  const node* make(char kind, const node* left, const node* right) {
    return memory_.make<node>(node{kind, {}, left, right});
  }

  bool take(char wanted) {
    if (rest_.empty() || rest_.front() != wanted) return false;
    rest_.remove_prefix(1);
    return true;
  }

  std::string_view rest_;
  strata::arena& memory_;
};

void print(const node& from) {
  if (from.kind == 't') {
    std::printf("%.*s", static_cast<int>(from.text.size()), from.text.data());
    return;
  }
  std::printf("(");
  print(*from.left);
  std::printf(" %c ", from.kind);
  print(*from.right);
  std::printf(")");
}

}  // namespace

int main() {
  strata::arena memory({.name = "syntax"});
  for (const std::string_view source : {"a=b+1+c", "x+y+z", "a=b+", "1+2=3"}) {
    const std::size_t before = memory.allocated();
    const node* found = parser(source, memory).statement();
    if (found == nullptr) {
      std::printf("%s: no statement", source.data());
      if (memory.allocated() != before) return 1;
    } else {
      print(*found);
    }
    std::printf("\n");
  }
  return 0;
}
