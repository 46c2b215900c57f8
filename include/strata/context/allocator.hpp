// An allocator for containers that follow the ambient resource.
//
//   template <class T> using vector = std::vector<T, strata::allocator<T>>;
//
//   strata::context::scope scope(documents);
//   vector<string> words;                     // of `documents`, wherever it goes
//
// A container has the resource that was current when it was made, for its life:
//
//   made, default or with contents   the current resource
//   copied                           the current resource, not the source's
//   moved (constructor)              the source's, with its memory
//   assigned, by copy or move        its own; a move between different resources
//                                    moves element by element
//   swapped                          the other's, with its memory
//
// So assignment never brings memory of a resource that ends sooner into a
// container that lives longer. Elements that take an allocator get the
// container's: a vector's strings lie where the vector lies.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <memory_resource>
#include <new>
#include <type_traits>
#include <utility>

#include <strata/context/context.hpp>

namespace strata {

/// Meets the standard's requirements on allocators. Copies and rebound copies
/// share the resource, which must outlive what they allocated.
template <class T>
class allocator {
 public:
  using value_type = T;
  using propagate_on_container_copy_assignment = std::false_type;
  using propagate_on_container_move_assignment = std::false_type;
  using propagate_on_container_swap = std::true_type;
  using is_always_equal = std::false_type;

  /// Effects: stands on the calling thread's current resource, from now on.
  allocator() noexcept : resource_(context::current_resource()) {}

  /// Requires: not nullptr. Implicit, so that containers take a resource.
  // NOLINTNEXTLINE(google-explicit-constructor): see above
  allocator(std::pmr::memory_resource* resource) noexcept : resource_(resource) {}

  allocator(const allocator&) = default;

  template <class U>
  // NOLINTNEXTLINE(google-explicit-constructor): allocators of other types convert
  allocator(const allocator<U>& other) noexcept : resource_(other.resource()) {}

  // Swap needs it; assignment of containers does not use it.
  allocator& operator=(const allocator&) = default;

  /// Returns: memory for `count` objects.
  /// Throws: std::bad_array_new_length if no memory has that many; what the
  ///   resource throws.
  [[nodiscard]] T* allocate(std::size_t count) {
    if (count > PTRDIFF_MAX / object_bytes) throw std::bad_array_new_length();
    return static_cast<T*>(resource_->allocate(count * object_bytes, alignof(T)));
  }

  void deallocate(T* objects, std::size_t count) noexcept {
    resource_->deallocate(objects, count * object_bytes, alignof(T));
  }

  /// Effects: makes an object, which gets this allocator if it takes one.
  template <class U, class... Args>
  void construct(U* at, Args&&... args) {
    std::uninitialized_construct_using_allocator(at, *this, std::forward<Args>(args)...);
  }

  /// Returns: the allocator of a container's copy: that of the current resource.
  [[nodiscard]] allocator select_on_container_copy_construction() const noexcept { return {}; }

  [[nodiscard]] std::pmr::memory_resource* resource() const noexcept { return resource_; }

 private:
  // NOLINTNEXTLINE(bugprone-sizeof-expression): T may well be a pointer
  static constexpr std::size_t object_bytes = sizeof(T);

  std::pmr::memory_resource* resource_;
};

template <class T, class U>
[[nodiscard]] bool operator==(const allocator<T>& a, const allocator<U>& b) noexcept {
  return *a.resource() == *b.resource();
}

}  // namespace strata
