// Builtins on strings, characters and symbols. Strings are bytes, and do not change.
#pragma once

#include <charconv>

#include "builtins_lists.hpp"

namespace lisp {

inline std::string_view text_at(const node& call, const char* function, value v) {
  return view(expect(call, function, v, kind::text, "a string"));
}
inline unsigned char character_at(const node& call, const char* function, value v) {
  if (!is_character(v)) refuse_operand(call.where, function, "a character", v);
  return character_of(v);
}
template <class Memory>
value make_text(machine_base& m, const node& call, std::string_view content) {
  return machine<Memory>::of(m).make_text(call.where, content);
}

inline value string_length(machine_base&, const node& call, value* arguments, std::uint32_t) {
  return number(static_cast<std::int64_t>(text_at(call, "string-length", arguments[0]).size()));
}

inline value string_ref(machine_base&, const node& call, value* arguments, std::uint32_t) {
  const std::string_view text = text_at(call, "string-ref", arguments[0]);
  if (text.empty()) throw failure(call.where, "string-ref: the string is empty");
  return character(static_cast<unsigned char>(
      text[expect_index(call, "string-ref", arguments[1], text.size() - 1)]));
}

template <class Memory>
value substring(machine_base& m, const node& call, value* arguments, std::uint32_t) {
  const std::string_view text = text_at(call, "substring", arguments[0]);
  const std::size_t end = expect_index(call, "substring", arguments[2], text.size());
  const std::size_t begin = expect_index(call, "substring", arguments[1], end);
  return make_text<Memory>(m, call, text.substr(begin, end - begin));
}

template <class Memory>
value string_append(machine_base& m, const node& call, value* arguments, std::uint32_t count) {
  std::string whole;
  for (std::uint32_t i = 0; i < count; ++i) whole += text_at(call, "string-append", arguments[i]);
  return make_text<Memory>(m, call, whole);
}

template <class Memory>
value list_to_string(machine_base& m, const node& call, value* arguments, std::uint32_t) {
  std::string whole;
  value v = arguments[0];
  for (; is(v, kind::pair); v = as<pair_fields>(v).cdr) {
    whole += static_cast<char>(character_at(call, "list->string", as<pair_fields>(v).car));
  }
  expect_end(call, "list->string", v, arguments[0]);
  return make_text<Memory>(m, call, whole);
}

inline value is_same_string(machine_base&, const node& call, value* arguments, std::uint32_t) {
  return boolean(text_at(call, "string=?", arguments[0]) ==
                 text_at(call, "string=?", arguments[1]));
}

template <class Memory>
value string_to_symbol(machine_base& base, const node& call, value* arguments, std::uint32_t) {
  auto& m = machine<Memory>::of(base);
  name& id = m.names->intern(text_at(call, "string->symbol", arguments[0]));
  return m.symbol_of(id, call.where);
}

template <class Memory>
value symbol_to_string(machine_base& m, const node& call, value* arguments, std::uint32_t) {
  expect(call, "symbol->string", arguments[0], kind::symbol, "a symbol");
  return make_text<Memory>(m, call, as<symbol>(arguments[0]).id->text);
}

template <class Memory>
value number_to_string(machine_base& m, const node& call, value* arguments, std::uint32_t) {
  if (!is_any_number(arguments[0])) {
    refuse_operand(call.where, "number->string", "a number", arguments[0]);
  }
  return make_text<Memory>(m, call, shown(arguments[0]));
}

/// #f where the string is no number.
template <class Memory>
value string_to_number(machine_base& m, const node& call, value* arguments, std::uint32_t) {
  const std::string_view text = text_at(call, "string->number", arguments[0]);
  const char* const end = text.data() + text.size();
  std::int64_t whole = 0;
  if (const auto read = std::from_chars(text.data(), end, whole);
      read.ec == std::errc() && read.ptr == end && whole >= number_least && whole <= number_most) {
    return number(whole);
  }
  double found = 0;
  const auto read = std::from_chars(text.data(), end, found);
  if (read.ec != std::errc() || read.ptr != end) return no;
  return machine<Memory>::of(m).template make<real>(call.where, found);
}

inline value char_to_integer(machine_base&, const node& call, value* arguments, std::uint32_t) {
  return number(character_at(call, "char->integer", arguments[0]));
}
inline value integer_to_char(machine_base&, const node& call, value* arguments, std::uint32_t) {
  return character(
      static_cast<unsigned char>(expect_index(call, "integer->char", arguments[0], 255)));
}

template <class Memory>
std::span<const builtin_entry> text_builtins() {
  static constexpr builtin_entry entries[] = {
      {"string-length", 1, 1, string_length},
      {"string-ref", 2, 2, string_ref},
      {"substring", 3, 3, substring<Memory>},
      {"string-append", 0, any_count, string_append<Memory>},
      {"list->string", 1, 1, list_to_string<Memory>},
      {"string=?", 2, 2, is_same_string},
      {"string->symbol", 1, 1, string_to_symbol<Memory>},
      {"symbol->string", 1, 1, symbol_to_string<Memory>},
      {"number->string", 1, 1, number_to_string<Memory>},
      {"string->number", 1, 1, string_to_number<Memory>},
      {"char->integer", 1, 1, char_to_integer},
      {"integer->char", 1, 1, integer_to_char},
  };
  return entries;
}

}  // namespace lisp
