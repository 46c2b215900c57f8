// What the designs are measured on: one thread, small blocks, the same script
// for each design. Every block's first word is written, as programs do: a
// design must not win by leaving the first cache miss to the program.
#pragma once

#include <benchmark/benchmark.h>

#include <chrono>
#include <numeric>
#include <random>
#include <vector>

#include "local_heap/slab_space.hpp"

namespace strata::bench {

// Entry points, out of line as malloc and free are for a program. Aligned: where
// a function happens to start has moved a design's result by 80 %.
template <class Design>
[[gnu::noinline, gnu::aligned(64)]] void* allocate(std::size_t size) noexcept {
  return Design::allocate(size);
}

template <class Design>
[[gnu::noinline, gnu::aligned(64)]] void deallocate(void* block) noexcept {
  Design::deallocate(block);
}

template <class Design>
void start_afresh() noexcept {
  slab_space::instance().reset();
  Design::reset();
}

template <class Design>
[[nodiscard]] void* allocate_and_write(std::size_t size) noexcept {
  void* const block = allocate<Design>(size);
  *static_cast<void**>(block) = nullptr;
  benchmark::DoNotOptimize(block);
  return block;
}

struct step {
  std::uint32_t slot;
  std::uint32_t size;
};

// The same random steps in every run; sizes are uniform in [16, size_max].
[[nodiscard]] inline std::vector<step> make_script(std::size_t slots, std::size_t steps,
                                                   std::uint32_t size_max = 256) {
  std::mt19937 random(42);
  std::uniform_int_distribution<std::uint32_t> slot(0, static_cast<std::uint32_t>(slots - 1));
  std::uniform_int_distribution<std::uint32_t> size(16, size_max);
  std::vector<step> script(steps);
  for (step& next : script) next = {slot(random), size(random)};
  return script;
}

// One allocation and its free, nothing else live.
template <class Design>
void pair(benchmark::State& state) {
  start_afresh<Design>();
  for (auto _ : state) deallocate<Design>(allocate_and_write<Design>(64));
  state.SetItemsProcessed(state.iterations());
}

enum class order { lifo, fifo };

// `Depth` allocations, then as many frees.
template <class Design, std::size_t Depth, order Order>
void batch(benchmark::State& state) {
  start_afresh<Design>();
  std::vector<void*> blocks(Depth);
  for (auto _ : state) {
    for (void*& block : blocks) block = allocate_and_write<Design>(64);
    if constexpr (Order == order::lifo) {
      for (std::size_t i = Depth; i-- > 0;) deallocate<Design>(blocks[i]);
    } else {
      for (void* block : blocks) deallocate<Design>(block);
    }
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(Depth));
}

// Replaces one of `Slots` live blocks per step: a random one, or the oldest.
template <class Design, std::size_t Slots, bool Random>
void replace(benchmark::State& state) {
  constexpr std::size_t steps = std::bit_ceil(std::max<std::size_t>(4 * Slots, 1 << 16));
  start_afresh<Design>();
  const std::vector<step> script = make_script(Slots, steps);
  std::vector<void*> live(Slots);
  for (std::size_t i = 0; i < Slots; ++i) live[i] = allocate_and_write<Design>(script[i].size);
  std::size_t at = 0;
  std::size_t oldest = 0;
  for (auto _ : state) {
    const step next = script[at++ % steps];
    if (++oldest == Slots) oldest = 0;
    void*& slot = live[Random ? next.slot : oldest];
    deallocate<Design>(slot);
    slot = allocate_and_write<Design>(next.size);
  }
  for (void* block : live) deallocate<Design>(block);
  state.SetItemsProcessed(state.iterations());
}

struct tree_node {
  tree_node* left;
  tree_node* right;
  std::uint64_t value;
};

// Makes nodes[order[i]] the parent of nodes[order[2i + 1]] and nodes[order[2i + 2]].
inline tree_node* link_tree(const std::vector<tree_node*>& nodes,
                            const std::vector<std::uint32_t>& order) {
  const auto node_at = [&](std::size_t i) { return i < order.size() ? nodes[order[i]] : nullptr; };
  for (std::size_t i = 0; i < order.size(); ++i) {
    *node_at(i) = {node_at(2 * i + 1), node_at(2 * i + 2), i};
  }
  return node_at(0);
}

[[nodiscard]] inline std::uint64_t sum_of(const tree_node* node) noexcept {
  return node == nullptr ? 0 : node->value + sum_of(node->left) + sum_of(node->right);
}

template <class Design>
void destroy(tree_node* node) noexcept {
  if (node == nullptr) return;
  destroy<Design>(node->left);
  destroy<Design>(node->right);
  deallocate<Design>(node);
}

// A tree of 2^20 - 1 nodes in random places: allocated, linked, walked, freed.
// Each round but the first finds its blocks in the disorder the last one left.
// `Recursive`: freed from its root, as a destructor does, which has read each
// node before it frees it; else from a list, unread.
template <class Design, bool Recursive>
void tree(benchmark::State& state) {
  constexpr std::size_t count = (std::size_t{1} << 20) - 1;
  start_afresh<Design>();
  std::vector<std::uint32_t> order(count);
  std::iota(order.begin(), order.end(), 0u);
  std::ranges::shuffle(order, std::mt19937(42));
  std::vector<tree_node*> nodes(count);
  using clock = std::chrono::steady_clock;
  std::chrono::duration<double, std::nano> allocating{}, walking{}, freeing{};
  const auto round = [&] {
    const auto start = clock::now();
    for (tree_node*& node : nodes) node = static_cast<tree_node*>(allocate<Design>(sizeof(*node)));
    const auto allocated = clock::now();
    tree_node* const root = link_tree(nodes, order);
    const auto linked = clock::now();
    benchmark::DoNotOptimize(sum_of(root));
    const auto walked = clock::now();
    if constexpr (Recursive) {
      destroy<Design>(root);
    } else {
      for (const std::uint32_t i : order) deallocate<Design>(nodes[i]);
    }
    allocating += allocated - start;
    walking += walked - linked;
    freeing += clock::now() - walked;
  };
  round();
  allocating = walking = freeing = {};
  for (auto _ : state) round();
  const auto nodes_made = static_cast<double>(state.iterations()) * static_cast<double>(count);
  state.counters["allocate_ns"] = allocating.count() / nodes_made;
  state.counters["walk_ns"] = walking.count() / nodes_made;
  state.counters["free_ns"] = freeing.count() / nodes_made;
}

// Pages touched: 400 000 blocks, of which a random tenth survives, then a
// million replacements by blocks of half the size among the survivors.
template <class Design>
void footprint(benchmark::State& state) {
  constexpr std::size_t peak = 400'000;
  constexpr std::size_t survivors = peak / 10;
  const std::vector<step> fill = make_script(peak, peak);
  const std::vector<step> script = make_script(survivors, 1'000'000, 128);
  for (auto _ : state) {
    start_afresh<Design>();
    std::vector<void*> live(peak);
    for (std::size_t i = 0; i < peak; ++i) live[i] = allocate_and_write<Design>(fill[i].size);
    const std::size_t pages_at_peak = slab_space::instance().resident_pages();
    std::ranges::shuffle(live, std::mt19937(42));
    for (std::size_t i = survivors; i < peak; ++i) deallocate<Design>(live[i]);
    const std::size_t slabs_after_free = slab_space::instance().slabs_in_use();
    for (const step& next : script) {
      deallocate<Design>(live[next.slot]);
      live[next.slot] = allocate_and_write<Design>(next.size);
    }
    constexpr double slab_mib = 1.0 / 16;
    state.counters["peak_MiB"] = static_cast<double>(pages_at_peak) / 256;
    state.counters["freed_MiB"] = static_cast<double>(slabs_after_free) * slab_mib;
    state.counters["end_MiB"] =
        static_cast<double>(slab_space::instance().slabs_in_use()) * slab_mib;
    for (std::size_t i = 0; i < survivors; ++i) deallocate<Design>(live[i]);
  }
}

}  // namespace strata::bench
