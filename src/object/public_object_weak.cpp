// What weak references go through; see strata/object/detail/object_weak.hpp.
#include <strata/object/detail/object_weak.hpp>

#include <algorithm>
#include <bit>
#include <utility>

#include <strata/base/detail/diagnosis.hpp>
#include <strata/object/counting.hpp>
#include <strata/object/detail/object_core.hpp>

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

void object_weak_table::add(weak_record& record) noexcept {
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

weak_buckets object_weak_table::try_allocate_more(pool_memory& memory) const noexcept {
  if (size_ < bucket_count_) return {};
  const std::size_t count = bucket_count_ * 4;
  void* const larger = memory.try_allocate(count * bucket_bytes, bucket_bytes);
  if (larger == nullptr) return {};
  return {static_cast<weak_record**>(larger), count};
}

weak_buckets object_weak_table::move_to(weak_buckets more) noexcept {
  if (more.count <= bucket_count_) return more;
  const weak_buckets old = {std::exchange(buckets_, more.first),
                            std::exchange(bucket_count_, more.count)};
  shift_ = 64 - static_cast<unsigned>(std::countr_zero(more.count));
  std::fill_n(buckets_, more.count, nullptr);
  for (std::size_t at = 0; at < old.count; ++at) {
    for (weak_record* record = old.first[at]; record != nullptr;) {
      weak_record* const next = std::exchange(record->next, bucket(record->object));
      bucket(record->object) = record;
      record = next;
    }
  }
  return old.first == few_ ? weak_buckets{} : old;
}

void object_weak_table::give_back(weak_buckets gone, pool_memory& memory) noexcept {
  if (gone.first != nullptr) {
    memory.deallocate(gone.first, gone.count * bucket_bytes, bucket_bytes);
  }
}

void object_weak_table::clear(pool_memory& memory) noexcept {
  if (buckets_ != few_) give_back({buckets_, bucket_count_}, memory);
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
  if ((flags_of(header) & object_observed) != 0) return &home.observe_again(header);
  if (home.counting_ != counting_kind::plain && !home.is_owner()) {
    report_first_weak_elsewhere(header.type->name, object_of(header));
  }
  return home.observe_first(header);
}

weak_record& object_core::observe_again(object_header& header) noexcept {
  const auto lock = lock_if_threaded();
  weak_record& record = *weak_.find(object_of(header));
  add(header_of(&record));
  return record;
}

// What ran when memory grew may have observed the object too.
weak_record* object_core::observe_first(object_header& header) noexcept {
  void* const memory = try_allocate(record_type, sizeof(weak_record));
  if (memory == nullptr) return nullptr;
  auto* record = ::new (memory) weak_record{object_of(header), nullptr};
  weak_buckets room = weak_.try_allocate_more(memory_);
  if ((flags_of(header) & object_observed) != 0) {
    release(header_of(record));
    record = &observe_again(header);
  } else {
    room = enter(*record, header, room);
  }
  object_weak_table::give_back(room, memory_);
  return record;
}

// Returns: the buckets that nobody needs now.
weak_buckets object_core::enter(weak_record& record, object_header& observed,
                                weak_buckets room) noexcept {
  const auto lock = lock_if_threaded();
  const weak_buckets spare = weak_.move_to(room);
  weak_.add(record);
  all_flags(observed).fetch_or(object_observed, std::memory_order_relaxed);
  add(header_of(&record));  // the first is the table's
  return spare;
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

bool object_core::is_unwatched_record(const object_header& header) const noexcept {
  if (header.type != &record_type) return false;
  const std::size_t references =
      counting_ == counting_kind::biased ? count_biased(header) : header.count;
  return references == 1 && reinterpret_cast<const weak_record*>(&header + 1)->object != nullptr;
}

}  // namespace strata::detail
