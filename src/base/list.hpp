// An intrusive doubly linked list: members carry their own links, so a list
// allocates nothing, and an element leaves in constant time without a search.
// Not synchronised.
#pragma once

#include <cstddef>

namespace strata::base {

template <class T>
struct list_links {
  T* next = nullptr;
  T* previous = nullptr;
};

// `Links` is the member of T that this list uses: list<thing, &thing::links>.
template <class T, list_links<T> T::*Links>
class list {
 public:
  [[nodiscard]] bool empty() const noexcept { return first_ == nullptr; }
  [[nodiscard]] T* front() const noexcept { return first_; }
  [[nodiscard]] T* back() const noexcept { return last_; }
  [[nodiscard]] static T* next(const T& element) noexcept { return (element.*Links).next; }
  [[nodiscard]] static T* previous(const T& element) noexcept { return (element.*Links).previous; }

  void push_front(T& element) noexcept {
    element.*Links = {first_, nullptr};
    (first_ != nullptr ? (first_->*Links).previous : last_) = &element;
    first_ = &element;
  }

  void push_back(T& element) noexcept {
    element.*Links = {nullptr, last_};
    (last_ != nullptr ? (last_->*Links).next : first_) = &element;
    last_ = &element;
  }

  // Requires that `element` is in this list.
  void remove(T& element) noexcept {
    list_links<T>& links = element.*Links;
    (links.previous != nullptr ? (links.previous->*Links).next : first_) = links.next;
    (links.next != nullptr ? (links.next->*Links).previous : last_) = links.previous;
    links = {};
  }

  T* pop_front() noexcept {
    T* element = first_;
    if (element != nullptr) remove(*element);
    return element;
  }

  [[nodiscard]] std::size_t size() const noexcept {
    std::size_t count = 0;
    for (T* element = first_; element != nullptr; element = next(*element)) ++count;
    return count;
  }

  // True when the links agree in both directions.
  [[nodiscard]] bool invariant() const noexcept {
    const T* before = nullptr;
    for (T* element = first_; element != nullptr; element = next(*element)) {
      if ((element->*Links).previous != before) return false;
      before = element;
    }
    return before == last_;
  }

 private:
  T* first_ = nullptr;
  T* last_ = nullptr;
};

}  // namespace strata::base
