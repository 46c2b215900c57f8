// A list of slabs, linked through their records by granule number: four bytes a
// link, and removal from the middle in constant time. Not synchronised.
#pragma once

#include <cstdint>

#include "heap/slab.hpp"

namespace strata::core {

template <class Table>
class slab_list {
 public:
  [[nodiscard]] bool empty() const noexcept { return first_ == nothing; }

  [[nodiscard]] slab* front(const Table& table) const noexcept { return at(table, first_); }
  [[nodiscard]] slab* back(const Table& table) const noexcept { return at(table, last_); }
  [[nodiscard]] static slab* next(const Table& table, const slab& element) noexcept {
    return at(table, element.next);
  }
  [[nodiscard]] static slab* previous(const Table& table, const slab& element) noexcept {
    return at(table, element.previous);
  }

  void push_back(const Table& table, slab& element) noexcept {
    const std::uint32_t name = name_of(table, element);
    element.next = nothing;
    element.previous = last_;
    (last_ != nothing ? record(table, last_).next : first_) = name;
    last_ = name;
  }

  // Requires that `element` is in this list.
  void remove(const Table& table, slab& element) noexcept {
    (element.previous != nothing ? record(table, element.previous).next : first_) = element.next;
    (element.next != nothing ? record(table, element.next).previous : last_) = element.previous;
    element.next = element.previous = nothing;
  }

  slab* pop_front(const Table& table) noexcept {
    slab* element = front(table);
    if (element != nullptr) remove(table, *element);
    return element;
  }

  // Every member is in `state`, and the links agree in both directions.
  [[nodiscard]] bool invariant(const Table& table, slab_state state) const noexcept {
    std::uint32_t before = nothing;
    for (std::uint32_t name = first_; name != nothing; name = record(table, name).next) {
      const slab& element = record(table, name);
      if (element.previous != before || element.state != state) return false;
      before = name;
    }
    return before == last_;
  }

 private:
  // Names are granule numbers plus one, so that zeroed memory is an empty list.
  static constexpr std::uint32_t nothing = 0;

  [[nodiscard]] static slab& record(const Table& table, std::uint32_t name) noexcept {
    return table.at(name - 1);
  }
  [[nodiscard]] static slab* at(const Table& table, std::uint32_t name) noexcept {
    return name == nothing ? nullptr : &record(table, name);
  }
  [[nodiscard]] static std::uint32_t name_of(const Table& table, const slab& element) noexcept {
    return static_cast<std::uint32_t>(table.granule_of(element)) + 1;
  }

  std::uint32_t first_ = nothing;
  std::uint32_t last_ = nothing;
};

}  // namespace strata::core
