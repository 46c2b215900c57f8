// The reader goes down into lists by recursion, to a depth that no stack minds.
#include "reader.hpp"

#include <algorithm>
#include <charconv>
#include <string>

namespace lisp {
namespace {

constexpr std::size_t depth_most = 1000;

bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }
bool ends_word(char c) { return is_blank(c) || c == '(' || c == ')' || c == '"' || c == ';'; }

template <class Number>
bool parse(std::string_view word, Number& out) {
  const char* const end = word.data() + word.size();
  const auto [stop, error] = std::from_chars(word.data(), end, out);
  return error == std::errc() && stop == end;
}

// Words such as 1x or 2000000000000000000000 would be symbols that nobody meant.
bool looks_like_number(std::string_view word) {
  const bool is_signed = word.size() > 1 && (word[0] == '-' || word[0] == '+');
  const char first = word[is_signed ? 1 : 0];
  return first >= '0' && first <= '9';
}

}  // namespace

const syntax* reader::read() {
  skip_blanks();
  return at_end() ? nullptr : read_one();
}

char reader::take() noexcept {
  const char c = text_[at_++];
  if (c == '\n') {
    ++here_.line;
    here_.column = 1;
  } else if (here_.column != UINT16_MAX) {
    ++here_.column;
  }
  return c;
}

void reader::skip_blanks() noexcept {
  while (!at_end() && (is_blank(peek()) || peek() == ';')) {
    if (peek() == ';') {
      while (!at_end() && peek() != '\n') take();
    } else {
      take();
    }
  }
}

syntax& reader::make(syntax_kind kind, position where) {
  auto* const made = memory_->make<syntax>();
  made->kind = kind;
  made->where = where;
  return *made;
}

const syntax* reader::read_one() {
  switch (peek()) {
    case '(':
      return read_list();
    case ')':
      throw failure(here_, "this ) closes nothing: remove it, or add a ( before it");
    case '\'':
      return read_quote();
    case '"':
      return read_text();
    case '#':
      return read_hash();
    default:
      return read_atom();
  }
}

const syntax* reader::read_list() {
  syntax& list = make(syntax_kind::list, here_);
  if (++depth_ > depth_most) {
    throw failure(here_, "lists are nested deeper than 1000: take the expression apart");
  }
  take();
  const syntax** last = &list.first;
  for (skip_blanks(); !at_end() && peek() != ')'; skip_blanks()) {
    // What was just read is ours to link, though not the caller's to change.
    auto* const element = const_cast<syntax*>(read_one());
    *last = element;
    last = &element->next;
    ++list.count;
  }
  if (at_end()) throw failure(list.where, "this ( is never closed: add the ) it lacks");
  take();
  --depth_;
  return &list;
}

const syntax* reader::read_quote() {
  syntax& list = make(syntax_kind::list, here_);
  syntax& quote = make(syntax_kind::symbol, here_);
  quote.symbol = &names_->intern("quote");
  take();
  skip_blanks();
  if (at_end()) throw failure(list.where, "nothing follows this quote");
  if (++depth_ > depth_most) throw failure(here_, "quotes are nested deeper than 1000");
  quote.next = read_one();
  --depth_;
  list.first = &quote;
  list.count = 2;
  return &list;
}

char reader::read_escape() {
  const position where = here_;
  switch (at_end() ? '\0' : take()) {
    case 'n':
      return '\n';
    case 't':
      return '\t';
    case 'r':
      return '\r';
    case '\\':
      return '\\';
    case '"':
      return '"';
    default:
      throw failure(where, R"(a \ in a string stands before one of n t r \ ")");
  }
}

const syntax* reader::read_text() {
  syntax& made = make(syntax_kind::text, here_);
  std::string text;
  take();
  while (!at_end() && peek() != '"') {
    const char c = take();
    text += c == '\\' ? read_escape() : c;
  }
  if (at_end()) throw failure(made.where, "this string is never closed: add the \" it lacks");
  take();
  const auto copy = memory_->make_array<char>(text.size());
  std::copy(text.begin(), text.end(), copy.begin());
  made.text = {copy.data(), copy.size()};
  return &made;
}

const syntax* reader::read_hash() {
  syntax& made = make(syntax_kind::constant, here_);
  std::string_view word = take_word();
  if (word == "#\\" && !at_end()) {  // a character that ends words
    take();
    word = text_.substr(at_ - 3, 3);
  }
  if (word == "#t") {
    made.constant = yes;
  } else if (word == "#f") {
    made.constant = no;
  } else if (word == "#\\space") {
    made.constant = character(' ');
  } else if (word == "#\\newline") {
    made.constant = character('\n');
  } else if (word.size() == 3 && word[1] == '\\') {
    made.constant = character(static_cast<unsigned char>(word[2]));
  } else {
    throw failure(made.where, "'" + std::string(word) +
                                  "' is no value: after # come t, f, or \\ and a character");
  }
  return &made;
}

std::string_view reader::take_word() noexcept {
  const std::size_t begin = at_;
  while (!at_end() && !ends_word(peek())) take();
  return text_.substr(begin, at_ - begin);
}

const syntax* reader::read_atom() {
  const position where = here_;
  const std::string_view word = take_word();
  std::int64_t whole = 0;
  if (parse(word, whole) && whole >= number_least && whole <= number_most) {
    syntax& made = make(syntax_kind::constant, where);
    made.constant = number(whole);
    return &made;
  }
  syntax& made = make(syntax_kind::symbol, where);
  if (looks_like_number(word)) {
    made.kind = syntax_kind::real;
    if (!parse(word, made.real) || word.find_first_of(".eE") == std::string_view::npos) {
      throw failure(where, "'" + std::string(word) +
                               "' is no number: whole numbers have 63 bits, others as 1.5 or 2e9");
    }
    return &made;
  }
  made.symbol = &names_->intern(word);
  return &made;
}

}  // namespace lisp
