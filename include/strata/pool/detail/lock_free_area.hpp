// The slots of a lock_free_pool by address, for objects of one type. Not for programs.
#pragma once

#include <cstddef>
#include <cstdint>

#include <strata/base/detail/diagnosis.hpp>
#include <strata/base/detail/poison.hpp>
#include <strata/pool/detail/lock_free_slots.hpp>
#include <strata/pool/detail/pool_mark.hpp>
#include <strata/pool/pool_error.hpp>
#include <strata/pool/shared_pool_options.hpp>
#include <strata/pool/slot_strategy.hpp>

namespace strata::detail {

template <class T>
class lock_free_area {
 public:
  explicit lock_free_area(const shared_pool_options& options)
      : slots_(stride, alignof(T), options) {
    for (std::size_t slot = 0; slot < capacity(); ++slot) hide(area().address(slot));
  }

  [[nodiscard]] void* take() noexcept {
    const slot_index index = slots_.take();
    if (index == no_slot) [[unlikely]] {
      return nullptr;
    }
    void* const slot = area().address(index);
    mark_at(slot) = 0;
    unpoison(static_cast<std::uintptr_t*>(slot) + 1, stride - sizeof(std::uintptr_t));
    return slot;
  }

  /// Requires: check_live let it pass.
  void give(void* slot) noexcept {
    hide(slot);
    slots_.give(static_cast<slot_index>(area().index(slot)));
  }

  void check_live(const void* address) const noexcept {
    if (area().index(address) >= capacity()) [[unlikely]] {
      report_foreign_release(memory().name(), address);
    }
    if (mark_at(address) == slots_.mark()) [[unlikely]] {
      report_double_release(memory().name(), address);
    }
  }

  template <class End>
  void clear(End end) noexcept {
    slots_.clear([&](slot_index index) {
      void* const slot = area().address(index);
      end(slot);
      hide(slot);
    });
  }

  [[noreturn, gnu::cold]] void refuse() const {
    throw pool_exhausted(memory().name(), capacity(), in_use(), 1, sizeof(T));
  }

  [[nodiscard]] bool owns(const void* address) const noexcept {
    const auto begin = reinterpret_cast<std::uintptr_t>(slots_.slots());
    return reinterpret_cast<std::uintptr_t>(address) - begin < capacity() * stride;
  }
  [[nodiscard]] std::size_t in_use() const noexcept { return slots_.taken(); }
  [[nodiscard]] std::size_t capacity() const noexcept { return slots_.capacity(); }
  [[nodiscard]] const pool_memory& memory() const noexcept { return slots_.memory(); }

 private:
  // A free slot has room for the mark.
  static constexpr std::size_t alignment =
      alignof(T) < alignof(std::uintptr_t) ? alignof(std::uintptr_t) : alignof(T);
  static constexpr std::size_t stride = (sizeof(T) + alignment - 1) / alignment * alignment;

  [[nodiscard]] slot_area<stride> area() const noexcept {
    return {slots_.slots(), slots_.capacity()};
  }
  void hide(void* slot) noexcept {
    mark_at(slot) = slots_.mark();
    poison(static_cast<std::uintptr_t*>(slot) + 1, stride - sizeof(std::uintptr_t));
  }

  lock_free_slots slots_;
};

}  // namespace strata::detail
