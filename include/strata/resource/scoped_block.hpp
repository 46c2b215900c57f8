// Memory for the time of a scope, over any resource.
//
//   strata::scoped_block buffer(frame, 4096);
//   read(file, buffer.data(), buffer.size());
//
//   {
//     strata::scoped_rewind temporary(frame);
//     build_index(frame);        // all of it is gone at the brace
//   }
//
// scoped_block frees one block; on a bump region or an arena that moves the pointer
// back when the block is the last. scoped_rewind frees whatever was allocated since.
#pragma once

#include <cstddef>
#include <memory_resource>
#include <span>
#include <utility>

namespace strata {

/// A block that is deallocated at the end of its life. Can be moved, not copied.
template <class Resource = std::pmr::memory_resource>
class scoped_block {
 public:
  /// Effects: allocates; `from` must outlive the block.
  /// Throws: what from.allocate throws.
  explicit scoped_block(Resource& from, std::size_t bytes,
                        std::size_t alignment = alignof(std::max_align_t))
      : from_(&from),
        block_(from.allocate(bytes, alignment)),
        bytes_(bytes),
        alignment_(alignment) {}

  scoped_block(scoped_block&& other) noexcept
      : from_(other.from_),
        block_(std::exchange(other.block_, nullptr)),
        bytes_(std::exchange(other.bytes_, 0)),
        alignment_(other.alignment_) {}

  scoped_block& operator=(scoped_block&& other) noexcept {
    scoped_block taken(std::move(other));
    std::swap(from_, taken.from_);
    std::swap(block_, taken.block_);
    std::swap(bytes_, taken.bytes_);
    std::swap(alignment_, taken.alignment_);
    return *this;
  }

  ~scoped_block() {
    if (block_ != nullptr) from_->deallocate(block_, bytes_, alignment_);
  }

  /// Returns: the block; nullptr after it was moved from or released.
  [[nodiscard]] std::byte* data() const noexcept { return static_cast<std::byte*>(block_); }
  [[nodiscard]] std::size_t size() const noexcept { return bytes_; }
  [[nodiscard]] std::span<std::byte> bytes() const noexcept { return {data(), bytes_}; }

  /// Effects: leaves the block to the caller, who deallocates it.
  /// Returns: the block.
  [[nodiscard]] void* release() noexcept {
    bytes_ = 0;
    return std::exchange(block_, nullptr);
  }

 private:
  Resource* from_;
  void* block_;
  std::size_t bytes_;
  std::size_t alignment_;
};

/// Rewinds a resource at the end of a scope to where it stood at its beginning. The
/// resource has mark() and rewind(); scopes nest.
template <class Resource>
class [[nodiscard]] scoped_rewind {
 public:
  explicit scoped_rewind(Resource& what) noexcept : what_(what), mark_(what.mark()) {}
  ~scoped_rewind() { what_.rewind(mark_); }
  scoped_rewind(const scoped_rewind&) = delete;
  scoped_rewind& operator=(const scoped_rewind&) = delete;

 private:
  Resource& what_;
  decltype(std::declval<Resource&>().mark()) mark_;
};

}  // namespace strata
