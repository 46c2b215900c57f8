// Random graphs of objects, cycles included, beside a model that counts each reference
// by hand: the same objects must live, with the same counts, contents and observers.
#include <strata/object/object_heap.hpp>

#include <strata/heap/unsynchronized_heap.hpp>
#include <strata/object/weak_ref.hpp>

#include <gtest/gtest.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <vector>

#include "support/sanitized.hpp"

namespace strata {
namespace {

constexpr std::size_t slots = 4;
constexpr std::size_t roots = 40;

template <class Counting>
struct vertex {
  vertex(std::size_t of, std::set<std::size_t>& living) : id(of), alive(living) {
    alive.insert(id);
  }
  vertex(const vertex&) = delete;
  vertex& operator=(const vertex&) = delete;
  ~vertex() { alive.erase(id); }

  std::size_t id;
  std::set<std::size_t>& alive;
  std::array<ref<vertex, Counting>, slots> out;
};

// What is known of the graph without any of the library's counts.
class model {
 public:
  static constexpr std::size_t none = 0;

  struct place {
    std::size_t count = 0;
    std::array<std::size_t, slots> out{};
  };

  void begin(std::size_t id) { all_[id].count = 1; }
  void add(std::size_t id) {
    if (id != none) ++all_.at(id).count;
  }
  void drop(std::size_t id) {
    std::vector<std::size_t> rest{id};
    while (!rest.empty()) {
      const std::size_t next = rest.back();
      rest.pop_back();
      if (next == none || --all_.at(next).count != 0) continue;
      for (const std::size_t each : all_.at(next).out) rest.push_back(each);
      all_.erase(next);
    }
  }
  // In the order of an assignment: what is new first.
  void assign(std::size_t& slot, std::size_t id) {
    add(id);
    const std::size_t before = std::exchange(slot, id);
    drop(before);
  }
  [[nodiscard]] place& at(std::size_t id) { return all_.at(id); }
  [[nodiscard]] const std::map<std::size_t, place>& all() const { return all_; }

 private:
  std::map<std::size_t, place> all_;
};

template <class Counting>
class graph {
  using object = vertex<Counting>;
  using reference = ref<object, Counting>;

 public:
  graph(std::uint64_t seed, object_memory memory)
      : chance_(seed), heap_({.upstream = &upstream_, .memory = memory, .step_objects = 3}) {}

  void operate() {
    const std::size_t to = any(roots);
    const std::size_t from = any(roots);
    switch (any(6)) {
      case 0:
        return make(to);
      case 1:
        return assign(roots_[to], known_[to], from);
      case 2:
        return drop(to);
      case 3:
        return link(to, from);
      case 4:
        return unlink(to);
      default:
        return observe(to);
    }
  }

  void check() {
    heap_.step();
    ASSERT_EQ(alive_.size(), model_.all().size());
    for (const auto& [id, place] : model_.all()) ASSERT_TRUE(alive_.contains(id)) << id;
    for (std::size_t root = 0; root < roots; ++root) {
      ASSERT_EQ(id_of(roots_[root]), known_[root]);
      if (roots_[root] == nullptr) continue;
      ASSERT_EQ(roots_[root].use_count(), model_.at(known_[root]).count);
      for (std::size_t i = 0; i < slots; ++i) {
        ASSERT_EQ(id_of(roots_[root]->out[i]), model_.at(known_[root]).out[i]);
      }
    }
    for (const auto& [id, seen] : observed_) {
      ASSERT_EQ(id_of(seen.lock()), alive_.contains(id) ? id : model::none);
    }
  }

  // Breaks every cycle, so that all must end.
  void finish() {
    std::vector<reference> held;
    heap_.for_each([&](object_header& header) {
      if (header.type != &object_type_of<object>) return;
      held.push_back(reference::share(static_cast<object*>(object_of(header))));
    });
    for (const reference& each : held) each->out = {};
    held.clear();
    roots_ = {};
    observed_.clear();
    heap_.step();
    EXPECT_TRUE(alive_.empty());
    EXPECT_EQ(heap_.statistics().objects, 0);
  }

 private:
  [[nodiscard]] std::size_t any(std::size_t bound) { return chance_() % bound; }
  [[nodiscard]] static std::size_t id_of(const reference& of) {
    return of == nullptr ? model::none : of->id;
  }

  void make(std::size_t at) {
    const std::size_t id = ++last_id_;
    model_.begin(id);
    model_.drop(std::exchange(known_[at], id));
    roots_[at] = heap_.template make<object>(id, alive_);
  }
  void assign(reference& slot, std::size_t& known, std::size_t from) {
    model_.assign(known, known_[from]);
    slot = reference(roots_[from]);
  }
  void drop(std::size_t at) {
    model_.drop(std::exchange(known_[at], model::none));
    roots_[at].reset();
  }
  void link(std::size_t to, std::size_t from) {
    if (roots_[to] == nullptr) return;
    const std::size_t slot = any(slots);
    assign(roots_[to]->out[slot], model_.at(known_[to]).out[slot], from);
  }
  void unlink(std::size_t at) {
    if (roots_[at] == nullptr) return;
    const std::size_t slot = any(slots);
    model_.drop(std::exchange(model_.at(known_[at]).out[slot], model::none));
    roots_[at]->out[slot].reset();
  }
  void observe(std::size_t at) {
    if (roots_[at] == nullptr) return;
    if (observed_.size() > 30) observed_.erase(observed_.begin());
    observed_[known_[at]] = roots_[at];
  }

  std::mt19937_64 chance_;
  std::set<std::size_t> alive_;
  model model_;
  std::size_t last_id_ = model::none;
  unsynchronized_heap upstream_;
  object_heap<Counting> heap_;
  std::array<std::size_t, roots> known_{};
  std::array<reference, roots> roots_;
  std::map<std::size_t, weak_ref<object, Counting>> observed_;
};

template <class Counting>
void play(object_memory memory) {
  for (std::uint64_t seed = 1; seed <= 4; ++seed) {
    graph<Counting> played(seed, memory);
    for (std::size_t step = 0; step < test::scaled(20'000) + 500; ++step) {
      played.operate();
      if (step % 50 == 0) played.check();
      if (testing::Test::HasFatalFailure()) return;
    }
    played.finish();
  }
}

TEST(object_model, plain_counts_are_those_of_the_model) {
  play<plain_counting>(object_memory::pooled);
  play<plain_counting>(object_memory::bumped);
}

TEST(object_model, atomic_counts_are_those_of_the_model) {
  play<atomic_counting>(object_memory::pooled);
  play<atomic_counting>(object_memory::alone);
}

TEST(object_model, biased_counts_are_those_of_the_model) {
  play<biased_counting>(object_memory::pooled);
  play<biased_counting>(object_memory::alone);
}

}  // namespace
}  // namespace strata
