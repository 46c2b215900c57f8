// Free slots as a list that runs through the slots themselves, with no memory beside
// them.
//
//   head -> | next | ... |   -> | next | ... |   -> nullptr
//
//   memory  none beside the slots; a slot has at least the size of a pointer
//   take    O(1): one load from the slot that was given last
//   give    O(1): one store into the slot
//   order   last in, first out; slots that nobody took yet come by address, and
//           their pages are not touched before
#pragma once

#include <cstddef>
#include <cstdint>
#include <new>

#include <strata/base/detail/poison.hpp>
#include <strata/pool/slot_strategy.hpp>

namespace strata {

/// Models slot_strategy. The bytes of free slots are its own.
class free_list_slots {
 public:
  static constexpr std::size_t slot_bytes_min = sizeof(void*);
  static constexpr std::size_t slots_max = SIZE_MAX;
  static constexpr bool keeps_contents = false;

  [[nodiscard]] static constexpr std::size_t side_bytes(std::size_t) noexcept { return 0; }

  template <class Area>
  void open(const Area&, void*) noexcept {
    head_ = nullptr;
    fresh_ = 0;
  }

  template <class Area>
  [[nodiscard]] std::byte* take(const Area& area) noexcept {
    if (head_ != nullptr) [[likely]] {
      link* const slot = head_;
      detail::unpoison(slot, sizeof(link));
      head_ = slot->next;
      return reinterpret_cast<std::byte*>(slot);
    }
    return fresh_ == area.count ? nullptr : area.address(fresh_++);
  }

  template <class Area>
  void give(const Area&, std::byte* slot) noexcept {
    head_ = ::new (static_cast<void*>(slot)) link{head_};
  }

 private:
  struct link {
    link* next;
  };

  link* head_ = nullptr;
  std::size_t fresh_ = 0;  // slots before it were taken at least once
};

static_assert(slot_strategy<free_list_slots>);

}  // namespace strata
