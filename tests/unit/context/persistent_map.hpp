// An immutable map, for the tests of strata::allocator: an unbalanced search tree
// whose nodes versions share. Insertion copies the path and nothing else.
#pragma once

#include <memory>
#include <utility>

namespace strata::test {

template <class Key, class Value, class Allocator>
class persistent_map {
 public:
  persistent_map() = default;
  explicit persistent_map(const Allocator& from) : from_(from) {}

  // The version with one entry more, or another value.
  [[nodiscard]] persistent_map with(const Key& key, const Value& value) const {
    return persistent_map(from_, insert(root_, key, value));
  }

  [[nodiscard]] const Value* find(const Key& key) const {
    const node* at = root_.get();
    while (at != nullptr && at->key != key) at = (key < at->key ? at->left : at->right).get();
    return at == nullptr ? nullptr : &at->value;
  }

 private:
  struct node;
  using link = std::shared_ptr<const node>;
  struct node {
    Key key;
    Value value;
    link left;
    link right;
  };

  persistent_map(const Allocator& from, link root) : from_(from), root_(std::move(root)) {}

  [[nodiscard]] link make(const Key& key, const Value& value, link left, link right) const {
    return std::allocate_shared<node>(from_, node{key, value, std::move(left), std::move(right)});
  }
  [[nodiscard]] link insert(const link& at, const Key& key, const Value& value) const {
    if (at == nullptr) return make(key, value, nullptr, nullptr);
    if (key < at->key) return make(at->key, at->value, insert(at->left, key, value), at->right);
    if (at->key < key) return make(at->key, at->value, at->left, insert(at->right, key, value));
    return make(key, value, at->left, at->right);
  }

  Allocator from_;
  link root_;
};

}  // namespace strata::test
