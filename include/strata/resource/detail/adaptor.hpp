// What all adaptors are made of. An adaptor says how it obtains a block and how
// it gives one back; the rest of what a resource must have is here:
//
//   allocate       -> obtain<throwing>     what refuses, throws
//   try_allocate   -> obtain<refusing>     what refuses, gives nullptr
//   deallocate     -> give_back            never for nullptr
//   do_allocate, do_deallocate, do_is_equal: the same by virtual call
//
// `obtain` is written once for both ways of asking: it asks the upstream by
// `Asking::from` and says no by `Asking::refuse`. All calls are direct when the
// type of the upstream is known. Not for programs.
#pragma once

#include <algorithm>
#include <cstddef>
#include <memory_resource>
#include <string_view>
#include <utility>

#include <strata/base/error.hpp>
#include <strata/resource/detail/upstream.hpp>
#include <strata/resource/owning_resource.hpp>
#include <strata/resource/resource.hpp>

namespace strata::detail {

struct throwing {
  template <class Resource>
  [[nodiscard]] static void* from(Resource& upstream, std::size_t bytes, std::size_t alignment) {
    return upstream.allocate(bytes, alignment);
  }
  [[noreturn, gnu::cold]] static void* refuse(std::string_view who, std::size_t bytes) {
    throw out_of_memory(who, bytes);
  }
};

struct refusing {
  template <class Resource>
  [[nodiscard]] static void* from(Resource& upstream, std::size_t bytes,
                                  std::size_t alignment) noexcept {
    return try_allocate_from(upstream, bytes, alignment);
  }
  [[nodiscard]] static void* refuse(std::string_view, std::size_t) noexcept { return nullptr; }
};

// Calls `undo` at its end, by exception or not, unless it was told that all went well.
template <class Undo>
class [[nodiscard]] unless_done {
 public:
  explicit unless_done(Undo undo) noexcept : undo_(std::move(undo)) {}
  ~unless_done() {
    if (!done_) undo_();
  }
  unless_done(const unless_done&) = delete;
  unless_done& operator=(const unless_done&) = delete;

  // Returns: its argument; a block means that all went well.
  void* pass(void* block) noexcept {
    done_ = block != nullptr;
    return block;
  }

 private:
  Undo undo_;
  bool done_ = false;
};

// A name that a resource keeps: the first bytes of what it was given.
class kept_name {
 public:
  explicit kept_name(std::string_view name) noexcept : size_(std::min(name.size(), sizeof(text_))) {
    std::copy_n(name.data(), size_, text_);
  }
  [[nodiscard]] std::string_view view() const noexcept { return {text_, size_}; }

 private:
  char text_[56] = {};
  std::size_t size_;
};

template <class Derived>
class resource_base : public std::pmr::memory_resource {
 public:
  static constexpr std::size_t default_alignment = alignof(std::max_align_t);

  /// Returns: a block of at least `bytes` bytes; for no bytes too.
  /// Requires: `alignment` is a power of two.
  /// Throws: out_of_memory if the adaptor refuses, what the upstream throws if it does.
  [[nodiscard]] void* allocate(std::size_t bytes, std::size_t alignment = default_alignment) {
    return self().template obtain<throwing>(bytes, alignment);
  }

  /// Returns: what allocate returns; nullptr where it throws.
  [[nodiscard]] void* try_allocate(std::size_t bytes,
                                   std::size_t alignment = default_alignment) noexcept {
    return self().template obtain<refusing>(bytes, alignment);
  }

  /// Effects: frees the block; nullptr is ignored.
  /// Requires: a live block of this resource, with the size and alignment that
  ///   were asked for.
  void deallocate(void* block, std::size_t bytes,
                  std::size_t alignment = default_alignment) noexcept {
    if (block != nullptr) self().give_back(block, bytes, alignment);
  }

 protected:
  resource_base() = default;
  resource_base(const resource_base&) = default;
  resource_base& operator=(const resource_base&) = default;
  ~resource_base() override = default;

 private:
  [[nodiscard]] Derived& self() noexcept { return static_cast<Derived&>(*this); }

  void* do_allocate(std::size_t bytes, std::size_t alignment) final {
    return allocate(bytes, alignment);
  }
  void do_deallocate(void* block, std::size_t bytes, std::size_t alignment) final {
    deallocate(block, bytes, alignment);
  }
  // A block goes back the way it came, through everything that counted it.
  [[nodiscard]] bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override {
    return this == &other;
  }
};

// An adaptor over one upstream, which it borrows.
template <class Derived, class Upstream>
class adaptor : public resource_base<Derived> {
 public:
  adaptor(const adaptor&) = delete;
  adaptor& operator=(const adaptor&) = delete;

  /// Returns: what the adaptor takes its memory from.
  [[nodiscard]] Upstream& upstream() const noexcept { return *upstream_; }

  /// Returns: whether the block is of the upstream.
  [[nodiscard]] bool owns(const void* block) const noexcept requires owning_resource<Upstream> {
    return upstream_->owns(block);
  }

 protected:
  explicit adaptor(Upstream& upstream) noexcept : upstream_(&upstream) {}
  ~adaptor() override = default;

 private:
  Upstream* upstream_;
};

}  // namespace strata::detail
