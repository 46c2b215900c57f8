// A random graph of counted objects, and a model of it that knows what is reachable:
// each node says when it ends, and must not be reachable then.
#pragma once

#include <strata/object/cycle_collector.hpp>
#include <strata/object/object_heap.hpp>
#include <strata/object/weak_ref.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace strata::test {

class graph_model {
 public:
  static constexpr std::size_t fan = 3;
  static constexpr std::size_t none = static_cast<std::size_t>(-1);

  struct node {
    node(graph_model& in, std::size_t number) : model(&in), id(number) {}
    ~node() { model->ended(id); }
    void trace(object_visitor& visitor) const {
      for (const auto& each : to) visit(visitor, each);
    }
    void finalise() noexcept { model->finalising(*this); }

    graph_model* model;
    std::size_t id;
    std::array<ref<node, collected_counting>, fan> to;
  };
  using node_ref = ref<node, collected_counting>;

  explicit graph_model(unsigned seed, const cycle_options& options = {},
                       std::size_t step_objects = SIZE_MAX)
      : random_(seed), heap_({.step_objects = step_objects}), collector_(heap_, options) {}

  ~graph_model() {
    resurrects_ = false;
    drop_all();
    observed_ = {};
    heap_.step();
    collector_.collect_all();
    heap_.step();
    EXPECT_EQ(heap_.statistics().objects, 0u);
  }

  [[nodiscard]] cycle_collector& collector() { return collector_; }
  [[nodiscard]] object_heap<collected_counting>& heap() { return heap_; }

  /// One random change of the graph, or of what is held from outside: little is held,
  /// much is linked, so that what is let go leaves cycles.
  void mutate() {
    switch (any(14)) {
      case 0:
      case 1:
      case 2:
        return make();
      case 3:
      case 4:
      case 5:
      case 6:
        return link();
      case 7:
        return unlink();
      case 8:
        return hold_another();
      case 9:
      case 10:
        return let_go();
      case 11:
        return observe();
      case 12:
        return lock();
      default:
        return held_.size() > 20 ? let_go() : make();
    }
  }

  void drop_all() {
    while (!held_.empty()) let_go_of(held_.size() - 1);
    rooted_.clear();
    roots_.clear();
  }

  /// What lives is what is reachable.
  void expect_exact() {
    const std::vector<bool> reached = reachable();
    for (std::size_t id = 0; id < alive_.size(); ++id) {
      ASSERT_EQ(alive_[id], reached[id]) << "node " << id << " of " << alive_.size();
    }
  }

  /// Nothing that is reachable has ended.
  void expect_sound() {
    const std::vector<bool> reached = reachable();
    for (std::size_t id = 0; id < alive_.size(); ++id) {
      ASSERT_TRUE(alive_[id] || !reached[id]) << "node " << id << " ended";
    }
  }

  [[nodiscard]] std::size_t resurrections() const { return resurrections_; }

  std::size_t any(std::size_t below) { return random_() % below; }

 private:
  // Held, or in a slot of another one.
  void make() {
    node_ref made = heap_.make<node>(*this, alive_.size());
    alive_.push_back(true);
    edges_.push_back({none, none, none});
    if (held_.empty() || any(4) == 0) {
      held_.push_back(made);
    } else {
      const node_ref from = walk(held_[any(held_.size())]);
      join(*from, made);
    }
  }

  void join(node& from, const node_ref& to) {
    const std::size_t slot = any(fan);
    edges_[from.id][slot] = to->id;
    from.to[slot] = to;
  }

  void link() {
    if (held_.empty()) return;
    const node_ref from = walk(held_[any(held_.size())]);
    join(*from, walk(held_[any(held_.size())]));
  }

  void unlink() {
    if (held_.empty()) return;
    const node_ref from = walk(held_[any(held_.size())]);
    const std::size_t slot = any(fan);
    edges_[from->id][slot] = none;
    from->to[slot].reset();
  }

  // A few steps along references, so that what is deep inside comes to be held too.
  node_ref walk(node_ref at) {
    for (std::size_t steps = any(4); steps != 0; --steps) {
      const node_ref& next = at->to[any(fan)];
      if (next != nullptr) at = node_ref(next);
    }
    return at;
  }

  void hold_another() {
    if (held_.empty()) return;
    node_ref found = walk(held_[any(held_.size())]);
    if (any(3) == 0) {
      roots_.emplace_back(collector_, found.get());
      rooted_.push_back(found->id);
    } else {
      held_.push_back(found);
    }
  }

  void let_go() {
    if (any(4) == 0 && !roots_.empty()) {
      rooted_.pop_back();
      roots_.pop_back();
    } else if (!held_.empty()) {
      let_go_of(any(held_.size()));
    }
  }

  void let_go_of(std::size_t index) {
    node_ref gone = std::move(held_[index]);
    held_[index] = std::move(held_.back());
    held_.pop_back();
    gone.reset();
  }

  void observe() {
    if (held_.empty()) return;
    const node_ref found = walk(held_[any(held_.size())]);
    observed_[any(observed_.size())] = weak_ref<node, collected_counting>(found);
  }

  void lock() {
    if (node_ref found = observed_[any(observed_.size())].lock()) {
      ASSERT_TRUE(alive_[found->id]);
      if (any(2) == 0) {
        held_.push_back(walk(found));
      } else {
        static_cast<void>(walk(found));
      }
    }
  }

  void ended(std::size_t id) {
    ASSERT_TRUE(alive_[id]) << "node " << id << " ended twice";
    if (any(8) == 0) {
      ASSERT_FALSE(reachable()[id]) << "node " << id << " ended, and is reachable";
    }
    alive_[id] = false;
    edges_[id] = {none, none, none};
  }

  // Now and then an object comes back.
  void finalising(node& which) {
    if (!resurrects_ || any(20) != 0) return;
    ++resurrections_;
    held_.push_back(node_ref::share(&which));
  }

  std::vector<bool> reachable() const {
    std::vector<bool> reached(alive_.size(), false);
    std::vector<std::size_t> open(rooted_);
    for (const node_ref& each : held_) open.push_back(each->id);
    while (!open.empty()) {
      const std::size_t id = open.back();
      open.pop_back();
      if (reached[id]) continue;
      reached[id] = true;
      for (const std::size_t to : edges_[id]) {
        if (to != none) open.push_back(to);
      }
    }
    return reached;
  }

  std::mt19937 random_;
  object_heap<collected_counting> heap_;
  cycle_collector collector_;
  std::vector<node_ref> held_;
  std::vector<external_root> roots_;
  std::vector<std::size_t> rooted_;
  std::array<weak_ref<node, collected_counting>, 16> observed_;
  std::vector<bool> alive_;
  std::vector<std::array<std::size_t, fan>> edges_;
  bool resurrects_ = true;
  std::size_t resurrections_ = 0;
};

}  // namespace strata::test
