// A resource made from two functions and a pointer that they get: for memory that
// comes from another language, a plug-in's host, or a device.
//
//   strata::callback_resource host({.allocate = host_allocate,
//                                   .deallocate = host_deallocate,
//                                   .state = &plugin});
//
// The C interface has the same as strata_callback_resource_create.
//
// Ownership: borrows the state, which must outlive it. Threads: as the functions.
// Equality: with those of the same functions and state. Cost: an indirect call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory_resource>

#include <strata/base/detail/diagnosis.hpp>
#include <strata/resource/detail/adaptor.hpp>

namespace strata {

/// None of the functions may throw, and each gets `state` first.
struct callbacks {
  /// Returns: at least `bytes` bytes at a multiple of `alignment`, for no bytes
  ///   too; nullptr when refused.
  void* (*allocate)(void* state, std::size_t bytes, std::size_t alignment) = nullptr;
  /// Effects: frees a block; never called for nullptr.
  void (*deallocate)(void* state, void* block, std::size_t bytes, std::size_t alignment) = nullptr;
  void* state = nullptr;

  friend bool operator==(const callbacks&, const callbacks&) = default;
};

class callback_resource final : public detail::resource_base<callback_resource> {
 public:
  /// Requires: both functions are there, or the program ends with a diagnosis.
  explicit callback_resource(const callbacks& functions) noexcept : functions_(functions) {
    if (functions.allocate == nullptr) detail::report_missing_callback("allocate");
    if (functions.deallocate == nullptr) detail::report_missing_callback("deallocate");
  }

  [[nodiscard]] const strata::callbacks& functions() const noexcept { return functions_; }

 private:
  friend detail::resource_base<callback_resource>;

  template <class Asking>
  void* obtain(std::size_t bytes, std::size_t alignment) {
    void* const block = call(bytes, alignment);
    if (block == nullptr) [[unlikely]]
      return Asking::refuse("callback", bytes);
    return block;
  }

  // A wrong address would show far from here, as somebody else's mistake.
  [[nodiscard]] void* call(std::size_t bytes, std::size_t alignment) const noexcept {
    void* const block = functions_.allocate(functions_.state, bytes, alignment);
    if ((reinterpret_cast<std::uintptr_t>(block) & (alignment - 1)) != 0) [[unlikely]]
      detail::report_misaligned_by_callback(block, alignment);
    return block;
  }

  void give_back(void* block, std::size_t bytes, std::size_t alignment) const noexcept {
    functions_.deallocate(functions_.state, block, bytes, alignment);
  }

  [[nodiscard]] bool do_is_equal(const std::pmr::memory_resource& other) const noexcept override;

  strata::callbacks functions_;
};

static_assert(resource<callback_resource>);

}  // namespace strata
