// The one line of each mistake that strata::checked finds: what, where with its
// values, and the likely cause. Needs no memory.
#include <array>
#include <cstdint>

#include "adaptor/checked_report.hpp"
#include "base/base.hpp"

namespace strata {
namespace core {
namespace {

using line = base::text<640>;

std::size_t distance(const void* from, const void* to) noexcept {
  return reinterpret_cast<std::uintptr_t>(to) - reinterpret_cast<std::uintptr_t>(from);
}

line& add_block(line& out, const debug_error& error) noexcept {
  return out.add("the block at ")
      .add_pointer(error.block)
      .add(" (")
      .add_decimal(error.bytes)
      .add(" bytes, #")
      .add_decimal(error.serial)
      .add(" of '")
      .add(error.resource)
      .add("')");
}

void add_foreign(line& out, const debug_error& error) noexcept {
  out.add("the pointer ").add_pointer(error.address);
  if (error.block == nullptr) {
    out.add(" is no block of '")
        .add(error.resource)
        .add("'; it comes from another resource, was freed long ago, or was never allocated");
  } else {
    add_block(out.add(" lies inside "), error)
        .add("; deallocate must be given the address that allocate returned");
  }
}

void add_size_mismatch(line& out, const debug_error& error) noexcept {
  add_block(out, error)
      .add(" was deallocated with a size of ")
      .add_decimal(error.given_bytes)
      .add("; the object was destroyed through a wrong type or count");
}

void add_alignment_mismatch(line& out, const debug_error& error) noexcept {
  add_block(out, error)
      .add(" was allocated with an alignment of ")
      .add_decimal(error.alignment)
      .add(" and deallocated with ")
      .add_decimal(error.given_alignment)
      .add("; the object was destroyed through a wrong type, or one call left the alignment out");
}

void add_overflow(line& out, const debug_error& error) noexcept {
  add_block(out, error)
      .add(" was overwritten at byte ")
      .add_decimal(distance(error.block, error.address))
      .add(", past its end; a loop or copy ran too far, or the block is too small");
}

void add_underflow(line& out, const debug_error& error) noexcept {
  add_block(out, error)
      .add(" was overwritten ")
      .add_decimal(distance(error.address, error.block))
      .add(" bytes before its start; an index or pointer went below the first element");
}

void add_use_after_free(line& out, const debug_error& error) noexcept {
  add_block(out, error)
      .add(" was written at byte ")
      .add_decimal(distance(error.block, error.address))
      .add(" after it was freed; somebody kept a pointer to it");
}

void add_leak(line& out, const debug_error& error) noexcept {
  out.add_decimal(error.blocks)
      .add(error.blocks == 1 ? " block" : " blocks")
      .add(" of one call site, ")
      .add_decimal(error.bytes)
      .add(" bytes, live as '")
      .add(error.resource)
      .add("' ends; nobody deallocated them");
}

void add_what(line& out, const debug_error& error) noexcept {
  switch (error.kind) {
    case debug_error_kind::double_free:
      add_block(out, error)
          .add(" is already free; two owners, or an owner that kept its pointer, freed it");
      return;
    case debug_error_kind::foreign_pointer:
      return add_foreign(out, error);
    case debug_error_kind::size_mismatch:
      return add_size_mismatch(out, error);
    case debug_error_kind::alignment_mismatch:
      return add_alignment_mismatch(out, error);
    case debug_error_kind::bad_alignment:
      out.add("'")
          .add(error.resource)
          .add("' was asked for an alignment of ")
          .add_decimal(error.given_alignment)
          .add("; alignments are powers of two");
      return;
    case debug_error_kind::overflow:
      return add_overflow(out, error);
    case debug_error_kind::underflow:
      return add_underflow(out, error);
    case debug_error_kind::use_after_free:
      return add_use_after_free(out, error);
    case debug_error_kind::leak:
      return add_leak(out, error);
  }
}

}  // namespace

void describe(const debug_error& error, const text_sink& sink) {
  line out;
  add_what(out, error);
  sink(out.view());
}

}  // namespace core

std::string_view name_of(debug_error_kind kind) noexcept {
  static constexpr std::array<std::string_view, 9> names = {
      "double free",        "foreign pointer", "size mismatch",
      "alignment mismatch", "bad alignment",   "overflow",
      "underflow",          "use after free",  "leak"};
  const auto index = static_cast<std::size_t>(kind);
  return index < names.size() ? names[index] : "unknown";
}

}  // namespace strata
