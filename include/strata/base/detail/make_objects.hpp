// Objects in blocks of a resource. Not for programs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <span>
#include <type_traits>
#include <utility>

namespace strata::detail {

/// Gives a block back unless it was kept: for the time in which a constructor runs.
template <class Resource>
class unkept_block {
 public:
  unkept_block(Resource& from, std::size_t bytes, std::size_t alignment)
      : from_(from),
        block_(from.allocate(bytes, alignment)),
        bytes_(bytes),
        alignment_(alignment) {}
  ~unkept_block() {
    if (block_ != nullptr) from_.deallocate(block_, bytes_, alignment_);
  }
  unkept_block(const unkept_block&) = delete;
  unkept_block& operator=(const unkept_block&) = delete;

  [[nodiscard]] void* get() const noexcept { return block_; }
  void keep() noexcept { block_ = nullptr; }

 private:
  Resource& from_;
  void* block_;
  std::size_t bytes_;
  std::size_t alignment_;
};

template <class T, class Resource, class... Args>
[[nodiscard]] T* make_object(Resource& from, Args&&... args) {
  if constexpr (std::is_nothrow_constructible_v<T, Args...>) {
    return ::new (from.allocate(sizeof(T), alignof(T))) T(std::forward<Args>(args)...);
  } else {
    unkept_block<Resource> block(from, sizeof(T), alignof(T));
    T* const object = ::new (block.get()) T(std::forward<Args>(args)...);
    block.keep();
    return object;
  }
}

/// Returns: the bytes of `count` objects; SIZE_MAX, which every resource refuses,
///   when they are too many to count.
template <class T>
[[nodiscard]] constexpr std::size_t bytes_of(std::size_t count) noexcept {
  return count <= SIZE_MAX / sizeof(T) ? count * sizeof(T) : SIZE_MAX;
}

template <class T, class Resource>
[[nodiscard]] std::span<T> make_objects(Resource& from, std::size_t count) {
  unkept_block<Resource> block(from, bytes_of<T>(count), alignof(T));
  T* const first = static_cast<T*>(block.get());
  std::uninitialized_value_construct_n(first, count);
  block.keep();
  return {first, count};
}

template <class T, class Resource>
void destroy_objects(Resource& from, std::span<T> objects) noexcept {
  std::destroy(objects.begin(), objects.end());
  from.deallocate(objects.data(), objects.size_bytes(), alignof(T));
}

}  // namespace strata::detail
