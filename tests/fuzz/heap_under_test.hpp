// The kinds of heap that a fuzz input plays on, behind one face:
//
//   0   the process heap
//   1   a first-class heap
//   2   a first-class heap with a low limit, which may refuse
//   3   a heap that another thread uses as well
//   4   an unsynchronised heap
#pragma once

#include <optional>

#include "fuzz/operation.hpp"
#include "heap/heap.hpp"
#include "heap/process_heaps.hpp"
#include "heap/unsynchronized_heap.hpp"

namespace strata::test {

class heap_under_test {
 public:
  static constexpr std::size_t low_limit = std::size_t{2} << 20;
  static constexpr std::size_t limited_index = 2;

  explicit heap_under_test(std::size_t index) : index_(index) { open(); }
  ~heap_under_test() { close(); }
  heap_under_test(const heap_under_test&) = delete;
  heap_under_test& operator=(const heap_under_test&) = delete;

  [[nodiscard]] bool is_process() const { return index_ == 0; }
  [[nodiscard]] bool may_refuse() const { return index_ == limited_index; }
  [[nodiscard]] bool is_synchronized() const { return shared_ != nullptr; }

  [[nodiscard]] void* allocate(std::size_t size) {
    if (own_) return own_->allocate(size);
    return is_process() ? core::allocate(size) : core::heap_allocate(*shared_, size, 16);
  }
  [[nodiscard]] void* allocate_zeroed(std::size_t size) {
    if (own_) return own_->allocate_zeroed(size);
    return is_process() ? core::allocate_zeroed(size) : core::heap_allocate_zeroed(*shared_, size);
  }
  [[nodiscard]] void* allocate_aligned(std::size_t size, std::size_t alignment) {
    if (own_) return own_->allocate_aligned(size, alignment);
    return is_process() ? core::allocate_aligned(size, alignment)
                        : core::heap_allocate(*shared_, size, alignment);
  }
  [[nodiscard]] void* reallocate(void* block, std::size_t size) {
    return own_ ? own_->reallocate(block, size) : core::reallocate(block, size);
  }
  [[nodiscard]] bool try_expand(void* block, std::size_t size) {
    return own_ ? own_->try_expand(block, size) : core::try_expand(block, size);
  }
  void deallocate(void* block) { own_ ? own_->deallocate(block) : core::deallocate(block); }
  void deallocate_sized(void* block, std::size_t size) {
    own_ ? own_->deallocate_sized(block, size) : core::deallocate_sized(block, size);
  }
  [[nodiscard]] std::size_t usable_size(void* block) {
    return own_ ? own_->usable_size(block) : core::usable_size(block);
  }
  [[nodiscard]] bool owns(void* block) {
    return own_ ? own_->owns(block) : core::heap_of(block) == shared_;
  }

  // Not for the process heap.
  void reset() { own_ ? own_->reset() : core::reset_heap(shared_); }
  void renew() {
    close();
    open();
  }

  void purge() { own_ ? own_->purge() : core::purge_heap(*shared_); }
  [[nodiscard]] bool verify() { return own_ ? own_->invariant() : core::verify_heap(*shared_); }
  void walk(core::block_visitor visit, void* context) {
    own_ ? own_->walk(visit, context) : core::walk_heap(*shared_, visit, context);
  }
  [[nodiscard]] std::size_t charged() {
    return own_ ? own_->account().usage() : core::heap_account(*shared_).usage();
  }

 private:
  using unsynchronized = core::basic_unsynchronized_heap<os::platform>;

  void open() {
    if (is_process()) {
      shared_ = &core::process_heap();
    } else if (index_ == operation::heap_count - 1) {
      core::start();
      auto& process = core::the_process;
      core::account* charged = process.shared().accounts.create("fuzz", SIZE_MAX, nullptr);
      own_.emplace(process.shared());
      base::check(own_->start(*charged, process.first_class_retention()), "no heap");
    } else {
      shared_ = core::create_heap({.name = "fuzz", .limit = may_refuse() ? low_limit : SIZE_MAX});
    }
  }

  void close() {
    if (own_) {
      core::account* charged = &own_->account();
      own_->end();
      own_.reset();
      core::the_process.shared().accounts.release(charged);
    } else if (!is_process()) {
      core::destroy_heap(shared_);
    }
  }

  std::size_t index_;
  core::heap* shared_ = nullptr;
  std::optional<unsynchronized> own_;
};

}  // namespace strata::test
