// Lists are walked, what they contain is recursed into.
#include "printer.hpp"

#include <array>
#include <charconv>

#include "node.hpp"
#include "objects.hpp"

namespace lisp {
namespace {

constexpr int depth_most = 1000;

struct printer {
  std::string& out;
  style how;
  std::size_t bytes_most;
  int depth = 0;

  [[nodiscard]] bool is_full() const { return out.size() > bytes_most; }

  void any(value v);
  void immediate(value v);
  void text_of(std::string_view text);
  void list(value v);
  void elements(const vector_fields& v);
  void number_text(double n);
};

void printer::immediate(value v) {
  if (is_number(v)) {
    out += std::to_string(number_of(v));
  } else if (is_character(v)) {
    if (how == style::write) out += "#\\";
    out += static_cast<char>(character_of(v));
  } else if (v == nil) {
    out += "()";
  } else if (v == yes || v == no) {
    out += v == yes ? "#t" : "#f";
  } else {
    out += "#<nothing>";
  }
}

void printer::text_of(std::string_view text) {
  if (how == style::display) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (c == '\n') {
      out += "\\n";
    } else {
      out += c;
    }
  }
  out += '"';
}

// 2.0 keeps its point: it is not the number 2.
void printer::number_text(double n) {
  std::array<char, 40> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), n).ptr;
  const std::string_view text(digits.data(), static_cast<std::size_t>(end - digits.data()));
  out += text;
  if (text.find_first_not_of("-0123456789") == std::string_view::npos) out += ".0";
}

void printer::list(value v) {
  out += '(';
  for (const char* blank = ""; is(v, kind::pair); v = as<pair_fields>(v).cdr) {
    out += std::exchange(blank, " ");
    if (is_full()) {
      out += "...)";
      return;
    }
    any(as<pair_fields>(v).car);
  }
  if (v != nil) {
    out += " . ";
    any(v);
  }
  out += ')';
}

void printer::elements(const vector_fields& v) {
  out += "#(";
  for (std::size_t i = 0; i < v.count && !is_full(); ++i) {
    if (i != 0) out += ' ';
    any(v.values()[i]);
  }
  out += ')';
}

void printer::any(value v) {
  if (depth == depth_most) {
    out += "...";
    return;
  }
  ++depth;
  switch (kind_of(v)) {
    case kind::pair:
      list(v);
      break;
    case kind::text:
      text_of(view(v));
      break;
    case kind::vector:
      elements(as<vector_fields>(v));
      break;
    case kind::real:
      number_text(as<real>(v).number);
      break;
    case kind::symbol:
      out += as<symbol>(v).id->text;
      break;
    case kind::closure: {
      const name* const id = as<closure_fields>(v).word->id;
      out += id == nullptr ? "#<function>" : "#<function " + std::string(id->text) + ">";
      break;
    }
    case kind::builtin:
      out += "#<builtin>";
      break;
    case kind::cell:
      out += "#<variable>";
      break;
    case kind::none:
      immediate(v);
      break;
  }
  --depth;
}

}  // namespace

void print(std::string& out, value v, style how, std::size_t bytes_most) {
  printer{out, how, bytes_most}.any(v);
}

std::string shown(value v) {
  std::string out;
  print(out, v, style::write, 40);
  if (out.size() > 60) out = out.substr(0, 57) + "...";
  return out;
}

}  // namespace lisp
