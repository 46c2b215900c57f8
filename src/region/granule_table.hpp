// A table with one record per granule of the window, found from any pointer by
// a shift and a mask, whatever the pointer is:
//
//   record = table + ((pointer >> granule_shift) & mask)
//
// The window is aligned to its size and has as many granules as the table has
// records, so granule i has record i. A pointer from elsewhere lands on a record
// too, and what the record says does not match it.
//
// Records of granules that were never opened read as zeros and cost no memory.
// Before `start`, every pointer leads to one record of zeros.
#pragma once

#include <cstddef>
#include <cstdint>

#include "os/os.hpp"
#include "region/granule.hpp"
#include "region/window.hpp"

namespace strata::core {

template <class Os, class Record>
class basic_granule_table {
  static_assert(base::is_power_of_two(sizeof(Record)) && sizeof(Record) <= granule_bytes);

 public:
  constexpr explicit basic_granule_table(Record* before_start) noexcept : records_(before_start) {}

  // Once started, it stays as it is.
  bool start(const basic_window<Os>& window) noexcept {
    if (base_ != nullptr) return true;
    const std::size_t slots = window.granules();
    const std::size_t bytes = base::align_up(slots * sizeof(Record), Os::page_size());
    void* memory = Os::reserve(bytes, Os::page_size(), os::initial_access::read_zero);
    if (memory == nullptr) return false;
    Os::exclude_from_dump(memory, bytes);
    Os::name_range(memory, bytes, "strata: records");
    records_ = static_cast<Record*>(memory);
    mask_ = (slots - 1) * sizeof(Record);
    base_ = window.base();
    return true;
  }

  // Makes the records of `run` writable. Runs come in any order.
  bool open(granule_run run) noexcept {
    const std::size_t page = Os::page_size();
    const std::size_t from = base::align_down(run.first * sizeof(Record), page);
    const std::size_t to = base::align_up(run.end() * sizeof(Record), page);
    if (!Os::commit(base::advance(records_, from), to - from)) return false;
    committed_ += to - from;
    return true;
  }

  // The window shrank: its granules keep their records. While another thread
  // still uses the old mask, it asks for records of the window's granules only,
  // unless it frees what was never allocated.
  void shrink(const basic_window<Os>& window) noexcept {
    const std::size_t page = Os::page_size();
    const std::size_t before = base::align_up(mask_ + sizeof(Record), page);
    mask_ = (window.granules() - 1) * sizeof(Record);
    const std::size_t after = base::align_up(mask_ + sizeof(Record), page);
    if (after < before) Os::release(base::advance(records_, after), before - after);
  }

  [[nodiscard]] Record& find(const void* pointer) const noexcept {
    const std::size_t offset = (reinterpret_cast<std::uintptr_t>(pointer) >> scale) & mask_;
    return *reinterpret_cast<Record*>(reinterpret_cast<std::byte*>(records_) + offset);
  }

  [[nodiscard]] Record& at(std::size_t granule) const noexcept { return records_[granule]; }

  // The other way round; requires a record of this table.
  [[nodiscard]] std::size_t granule_of(const Record& record) const noexcept {
    return static_cast<std::size_t>(&record - records_);
  }

  [[nodiscard]] std::byte* address_of(const Record& record) const noexcept {
    return base_ + (granule_of(record) << granule_shift);
  }

  [[nodiscard]] std::size_t committed_bytes() const noexcept { return committed_; }

 private:
  // Shifting less than a whole granule leaves the product with the record size
  // in the right place; the mask clears the bits below.
  static constexpr std::size_t scale = granule_shift - base::log2_floor(sizeof(Record));

  Record* records_;
  std::size_t mask_ = 0;
  std::byte* base_ = nullptr;
  std::size_t committed_ = 0;
};

}  // namespace strata::core
