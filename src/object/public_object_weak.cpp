// What weak references go through; see strata/detail/object_weak.hpp.
#include <strata/detail/object_weak.hpp>

#include <algorithm>
#include <bit>
#include <utility>

#include <strata/counting.hpp>
#include <strata/detail/diagnosis.hpp>
#include <strata/detail/object_core.hpp>

namespace strata::detail {
namespace {

constexpr std::size_t bucket_bytes = sizeof(void*);  // and their alignment

constexpr object_type record_type{.name = "weak record",
                                  .size = sizeof(weak_record),
                                  .alignment = alignof(weak_record),
                                  .id = 0,
                                  .later = 0,
                                  .size_of = nullptr,
                                  .drop = nullptr,
                                  .trace = nullptr,
                                  .finalise = nullptr};

}  // namespace

// -- The table --------------------------------------------------------------------------

weak_record* object_weak_table::find(const void* object) const noexcept {
  weak_record* record = bucket(object);
  while (record != nullptr && record->object != object) record = record->next;
  return record;
}

void object_weak_table::add(weak_record& record, pool_memory& memory) noexcept {
  if (size_ == bucket_count_) grow(memory);
  weak_record*& first = bucket(record.object);
  record.next = first;
  first = &record;
  ++size_;
}

weak_record* object_weak_table::remove(const void* object) noexcept {
  weak_record** link = &bucket(object);
  while (*link != nullptr && (*link)->object != object) link = &(*link)->next;
  weak_record* const record = *link;
  if (record != nullptr) {
    *link = record->next;
    --size_;
  }
  return record;
}

void object_weak_table::grow(pool_memory& memory) noexcept {
  const std::size_t count = bucket_count_ * 4;
  void* const larger = memory.try_allocate(count * bucket_bytes, bucket_bytes);
  if (larger == nullptr) return;
  weak_record** const old = std::exchange(buckets_, static_cast<weak_record**>(larger));
  const std::size_t old_count = std::exchange(bucket_count_, count);
  shift_ = 64 - static_cast<unsigned>(std::countr_zero(count));
  std::fill_n(buckets_, count, nullptr);
  for (std::size_t at = 0; at < old_count; ++at) {
    for (weak_record* record = old[at]; record != nullptr;) {
      weak_record* const next = std::exchange(record->next, bucket(record->object));
      bucket(record->object) = record;
      record = next;
    }
  }
  if (old != few_) {
    memory.deallocate(old, old_count * bucket_bytes, bucket_bytes);
  }
}

void object_weak_table::clear(pool_memory& memory) noexcept {
  if (buckets_ != few_) {
    memory.deallocate(buckets_, bucket_count_ * bucket_bytes, bucket_bytes);
  }
  buckets_ = few_;
  bucket_count_ = std::size(few_);
  shift_ = 63;
  size_ = 0;
  std::fill(std::begin(few_), std::end(few_), nullptr);
}

// -- The heap's part ----------------------------------------------------------------------

// The count of a record is the heap's kind of count. Only the owner makes records, so
// that no two are made for one object, and allocates without the lock.
weak_record* object_core::observe(object_header& header) noexcept {
  object_core& home = home_of(header);
  if ((flags_of(header) & object_observed) != 0) {
    const auto lock = home.lock_if_threaded();
    weak_record* const record = home.weak_.find(object_of(header));
    home.add(header_of(record));
    return record;
  }
  if (home.counting_ != counting_kind::plain && !home.is_owner()) {
    report_first_weak_elsewhere(header.type->name, object_of(header));
  }
  void* const memory = home.try_allocate(record_type, sizeof(weak_record));
  if (memory == nullptr) return nullptr;
  auto* const record = ::new (memory) weak_record{object_of(header), nullptr};
  const auto lock = home.lock_if_threaded();
  home.weak_.add(*record, home.memory_);
  all_flags(header).fetch_or(object_observed, std::memory_order_relaxed);
  home.add(header_of(record));  // the first is the table's
  return record;
}

void* object_core::try_add_observed(weak_record& record) noexcept {
  object_core& home = home_of(header_of(&record));
  const auto lock = home.lock_if_threaded();
  if (record.object == nullptr) return nullptr;
  object_header& header = header_of(record.object);
  switch (home.counting_) {
    case counting_kind::plain:
      return plain_counting::try_add(header) ? record.object : nullptr;
    case counting_kind::atomic:
      return atomic_counting::try_add(header) ? record.object : nullptr;
    case counting_kind::biased:
      return biased_counting::try_add(header) ? record.object : nullptr;
  }
  return nullptr;
}

void object_core::forget(object_header& header) noexcept {
  weak_record* record = nullptr;
  {
    const auto lock = lock_if_threaded();
    record = weak_.remove(object_of(header));
    record->object = nullptr;
    header.flags &= ~std::uint32_t{object_observed};
  }
  object_header& of_record = header_of(record);
  if (subtract(of_record)) end_here(of_record);
}

}  // namespace strata::detail
