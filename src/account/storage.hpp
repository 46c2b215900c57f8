// Memory for the nodes of a tree: chunks of pages from the OS, cut from the
// front as nodes are first needed, so that only pages in use are touched.
//
// Invariants: a chunk is never given back; a node, once constructed, stays one,
// in use or in the free list. So the number of nodes is the largest number that
// was ever in use at once. Not synchronised: the tree's lock guards it.
#pragma once

#include <atomic>
#include <cstddef>
#include <new>

#include "base/base.hpp"
#include "os/os.hpp"

namespace strata::core {

// `Links` is the member of Node that is unused while a node is free.
template <class Os, class Node, base::list_links<Node> Node::*Links>
class node_storage {
 public:
  static constexpr std::size_t chunk_bytes_min = 64 * base::kib;

  constexpr node_storage() noexcept = default;

  // nullptr: the OS refuses memory. `arguments` construct a node that is new;
  // one that was freed keeps its state.
  template <class... Arguments>
  [[nodiscard]] Node* allocate(Arguments&... arguments) noexcept {
    if (Node* node = free_.pop_front()) return node;
    if (unused_bytes_ < sizeof(Node) && !add_chunk()) return nullptr;
    Node* node = ::new (unused_) Node(arguments...);
    unused_ += sizeof(Node);
    unused_bytes_ -= sizeof(Node);
    return node;
  }

  void free(Node& node) noexcept { free_.push_front(node); }

  // What the OS was asked for. Readable without the lock.
  [[nodiscard]] std::size_t committed_bytes() const noexcept {
    return committed_bytes_.load(std::memory_order_relaxed);
  }

 private:
  [[nodiscard, gnu::cold, gnu::noinline]] bool add_chunk() noexcept {
    const std::size_t page_bytes = Os::page_size();
    const std::size_t bytes = base::align_up(chunk_bytes_min, page_bytes);
    void* chunk = Os::reserve(bytes, page_bytes, os::initial_access::none);
    if (chunk == nullptr) return false;
    if (!Os::commit(chunk, bytes)) {
      Os::release(chunk, bytes);
      return false;
    }
    Os::name_range(chunk, bytes, "strata accounts");
    unused_ = static_cast<std::byte*>(chunk);
    unused_bytes_ = bytes;
    committed_bytes_.store(committed_bytes() + bytes, std::memory_order_relaxed);
    return true;
  }

  base::list<Node, Links> free_;
  std::byte* unused_ = nullptr;
  std::size_t unused_bytes_ = 0;
  std::atomic<std::size_t> committed_bytes_{0};
};

}  // namespace strata::core
