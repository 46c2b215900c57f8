// Builtins on pairs, lists and vectors.
#pragma once

#include <algorithm>

#include "builtins.hpp"

namespace lisp {

inline pair_fields& pair_at(const node& call, const char* function, value v) {
  return as<pair_fields>(expect(call, function, v, kind::pair, "a pair"));
}
inline vector_fields& vector_at(const node& call, const char* function, value v) {
  return as<vector_fields>(expect(call, function, v, kind::vector, "a vector"));
}

template <class Memory>
value cons(machine_base& m, const node& call, value* arguments, std::uint32_t) {
  const value made =
      machine<Memory>::of(m).template make<pair<Memory>>(call.where, arguments[0], arguments[1]);
  add<Memory>(arguments[0]);
  add<Memory>(arguments[1]);
  return made;
}

template <class Memory>
value car(machine_base&, const node& call, value* arguments, std::uint32_t) {
  return add<Memory>(pair_at(call, "car", arguments[0]).car);
}
template <class Memory>
value cdr(machine_base&, const node& call, value* arguments, std::uint32_t) {
  return add<Memory>(pair_at(call, "cdr", arguments[0]).cdr);
}
template <class Memory>
value cadr(machine_base&, const node& call, value* arguments, std::uint32_t) {
  const value rest = pair_at(call, "cadr", arguments[0]).cdr;
  return add<Memory>(pair_at(call, "cadr", rest).car);
}
template <class Memory>
value cddr(machine_base&, const node& call, value* arguments, std::uint32_t) {
  const value rest = pair_at(call, "cddr", arguments[0]).cdr;
  return add<Memory>(pair_at(call, "cddr", rest).cdr);
}

template <class Memory>
value set_field(value& field, value content) {
  drop<Memory>(std::exchange(field, add<Memory>(content)));
  return nothing;
}
template <class Memory>
value set_car(machine_base&, const node& call, value* arguments, std::uint32_t) {
  return set_field<Memory>(pair_at(call, "set-car!", arguments[0]).car, arguments[1]);
}
template <class Memory>
value set_cdr(machine_base&, const node& call, value* arguments, std::uint32_t) {
  return set_field<Memory>(pair_at(call, "set-cdr!", arguments[0]).cdr, arguments[1]);
}

/// A list that grows at its end.
template <class Memory>
class list_builder {
 public:
  list_builder(machine_base& m, position where) : machine_(&m), where_(where) {}
  void append(value v) {  // the list takes the reference over
    held<Memory> content(v);
    const value made = machine<Memory>::of(*machine_).template make<pair<Memory>>(where_, v, nil);
    content.release();
    if (last_ == nullptr) {
      first_.replace(made);
    } else {
      last_->cdr = made;
    }
    last_ = &as<pair_fields>(made);
  }
  /// Returns: the list, with `rest` behind it, whose reference it takes over.
  [[nodiscard]] value finish(value rest) {
    if (last_ == nullptr) return rest;
    last_->cdr = rest;
    return first_.release();
  }

 private:
  machine_base* machine_;
  position where_;
  held<Memory> first_{nil};
  pair_fields* last_ = nullptr;
};

template <class Memory>
value list(machine_base& m, const node& call, value* arguments, std::uint32_t count) {
  list_builder<Memory> made(m, call.where);
  for (std::uint32_t i = 0; i < count; ++i) made.append(add<Memory>(arguments[i]));
  return made.finish(nil);
}

inline void expect_end(const node& call, const char* function, value rest, value whole) {
  if (rest != nil) refuse_operand(call.where, function, "a list", whole);
}

inline value length(machine_base&, const node& call, value* arguments, std::uint32_t) {
  std::int64_t count = 0;
  value v = arguments[0];
  for (; is(v, kind::pair); v = as<pair_fields>(v).cdr) ++count;
  expect_end(call, "length", v, arguments[0]);
  return number(count);
}

template <class Memory>
value append(machine_base& m, const node& call, value* arguments, std::uint32_t count) {
  if (count == 0) return nil;
  list_builder<Memory> made(m, call.where);
  for (std::uint32_t i = 0; i + 1 < count; ++i) {
    value v = arguments[i];
    for (; is(v, kind::pair); v = as<pair_fields>(v).cdr) {
      made.append(add<Memory>(as<pair_fields>(v).car));
    }
    expect_end(call, "append", v, arguments[i]);
  }
  return made.finish(add<Memory>(arguments[count - 1]));
}

template <class Memory>
value reverse(machine_base& base, const node& call, value* arguments, std::uint32_t) {
  auto& m = machine<Memory>::of(base);
  held<Memory> result(nil);
  value v = arguments[0];
  for (; is(v, kind::pair); v = as<pair_fields>(v).cdr) {
    const value first = as<pair_fields>(v).car;
    const value made = m.template make<pair<Memory>>(call.where, first, result.get());
    add<Memory>(first);
    result.replace(made);
  }
  expect_end(call, "reverse", v, arguments[0]);
  return result.release();
}

// -- Vectors ----------------------------------------------------------------------

inline constexpr std::size_t vector_most = std::size_t{1} << 40;

template <class Memory>
value make_vector(machine_base& base, const node& call, value* arguments, std::uint32_t count) {
  const std::size_t size = expect_index(call, "make-vector", arguments[0], vector_most);
  auto& made = machine<Memory>::of(base).template make_sized<vector<Memory>>(
      call.where, size * sizeof(value), vector_word{}, size);
  const value content = count == 2 ? arguments[1] : number(0);
  for (std::size_t i = 0; i < size; ++i) made.values()[i] = add<Memory>(content);
  return object(&made);
}

template <class Memory>
value vector_of(machine_base& base, const node& call, value* arguments, std::uint32_t count) {
  auto& made = machine<Memory>::of(base).template make_sized<vector<Memory>>(
      call.where, count * sizeof(value), vector_word{}, count);
  std::transform(arguments, arguments + count, made.values(), add<Memory>);
  return object(&made);
}

inline value& element(const node& call, const char* function, value* arguments) {
  vector_fields& found = vector_at(call, function, arguments[0]);
  if (found.count == 0) throw failure(call.where, std::string(function) + ": the vector is empty");
  return found.values()[expect_index(call, function, arguments[1], found.count - 1)];
}

template <class Memory>
value vector_ref(machine_base&, const node& call, value* arguments, std::uint32_t) {
  return add<Memory>(element(call, "vector-ref", arguments));
}
template <class Memory>
value vector_set(machine_base&, const node& call, value* arguments, std::uint32_t) {
  return set_field<Memory>(element(call, "vector-set!", arguments), arguments[2]);
}
inline value vector_length(machine_base&, const node& call, value* arguments, std::uint32_t) {
  const vector_fields& found = vector_at(call, "vector-length", arguments[0]);
  return number(static_cast<std::int64_t>(found.count));
}

template <class Memory>
std::span<const builtin_entry> list_builtins() {
  static constexpr builtin_entry entries[] = {
      {"cons", 2, 2, cons<Memory>},
      {"car", 1, 1, car<Memory>},
      {"cdr", 1, 1, cdr<Memory>},
      {"cadr", 1, 1, cadr<Memory>},
      {"cddr", 1, 1, cddr<Memory>},
      {"set-car!", 2, 2, set_car<Memory>},
      {"set-cdr!", 2, 2, set_cdr<Memory>},
      {"list", 0, any_count, list<Memory>},
      {"length", 1, 1, length},
      {"append", 0, any_count, append<Memory>},
      {"reverse", 1, 1, reverse<Memory>},
      {"make-vector", 1, 2, make_vector<Memory>},
      {"vector", 0, any_count, vector_of<Memory>},
      {"vector-ref", 2, 2, vector_ref<Memory>},
      {"vector-set!", 3, 3, vector_set<Memory>},
      {"vector-length", 1, 1, vector_length},
  };
  return entries;
}

}  // namespace lisp
