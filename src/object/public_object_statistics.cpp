// What an object heap says about itself: by a walk over its blocks, so that making and
// ending objects counts nothing. See strata/object/detail/object_core.hpp.
#include <strata/object/detail/object_core.hpp>

#include <algorithm>
#include <unordered_map>

#include <strata/base/detail/diagnosis.hpp>

namespace strata::detail {
namespace {

bool is_alive(const object_header& header) noexcept {
  return (flags_of(header) & object_ending) == 0;
}

std::size_t bytes_of(object_header& header) noexcept {
  return size_of(object_of(header)) + object_header_bytes;
}

}  // namespace

object_heap_statistics object_core::statistics() const noexcept {
  object_heap_statistics out{};
  for_each([&](object_header& header) {
    if (!is_alive(header)) return;
    ++out.objects;
    out.object_bytes += bytes_of(header);
    if (is_immortal(header)) ++out.immortal;
    if ((flags_of(header) & object_alone) != 0) ++out.alone;
  });
  out.pending = pending_count_;
  out.chunks = chunk_count_;
  out.reserved = chunk_count_ * object_chunk_bytes + alone_bytes_;
  out.weak_records = weak_.size();
  out.step_longest = step_longest_;
  return out;
}

std::vector<object_type_statistics> object_core::types() const {
  std::unordered_map<const object_type*, object_type_statistics> by_type;
  for_each([&](object_header& header) {
    if (!is_alive(header)) return;
    object_type_statistics& of = by_type[header.type];
    of.type = header.type;
    ++of.objects;
    of.bytes += bytes_of(header);
  });
  std::vector<object_type_statistics> out;
  out.reserve(by_type.size());
  for (const auto& [type, figures] : by_type) out.push_back(figures);
  std::ranges::sort(out, std::ranges::greater{}, &object_type_statistics::bytes);
  return out;
}

void object_core::expect_nothing_alive() const noexcept {
  std::size_t alive = 0;
  const char* type = nullptr;
  for_each([&](const object_header& header) {
    if (!is_alive(header) || is_immortal(header) || is_unwatched_record(header)) return;
    ++alive;
    type = header.type->name;
  });
  if (alive != 0) report_objects_alive(name(), alive, type);
}

}  // namespace strata::detail
