// Words for a fault at a guard between stacks: which stack, whose, how deep, and from
// where. Written in the signal handler, on the handler's own stack, while the stack
// that overflowed is still whole; nothing here allocates. Afterwards the fault takes
// its course.
#pragma once

#include <strata/arena/detail/guarded_range.hpp>

#include <array>
#include <string_view>

#include "os/os.hpp"
#include "stack/group.hpp"

namespace strata::core {

// Makes a group known to the handler while it lives.
template <class Os>
class basic_overflow_watch : detail::guarded_range {
 public:
  using group = basic_stack_group<Os>;

  // The name outlives the watch, and ends with a zero.
  basic_overflow_watch(const group& of, std::uintptr_t mark, const char* pool_name) noexcept
      : detail::guarded_range{.kind = "stack pool",
                              .name = pool_name,
                              .low = of.begin(),
                              .begin = of.begin(),
                              .end = of.end(),
                              .high = of.end(),
                              .explain = explain_hit},
        group_(of),
        mark_(mark) {
    detail::announce(*this);
  }
  ~basic_overflow_watch() { detail::withdraw(*this); }
  basic_overflow_watch(const basic_overflow_watch&) = delete;
  basic_overflow_watch& operator=(const basic_overflow_watch&) = delete;

  void explain(const detail::guard_hit& hit) const noexcept {
    const std::size_t above = group_.index_of(hit.address);
    const auto* const at = static_cast<const std::byte*>(hit.address);
    if (above < group_.stacks() && at >= group_.low(above)) return;  // in a stack: no guard
    if (above > group_.used() || group_.used() == 0) return;         // never handed out
    if (above != 0 && (above == group_.used() || runs_on(above - 1, hit))) {
      describe(above - 1, hit, base::distance(group_.top(above - 1), at), "above the top of");
    } else {
      describe(above, hit, base::distance(at, group_.low(above)), "below the end of");
    }
    print_calls(hit);
  }

 private:
  static void explain_hit(const detail::guarded_range& range,
                          const detail::guard_hit& hit) noexcept {
    static_cast<const basic_overflow_watch&>(range).explain(hit);
  }

  [[nodiscard]] bool runs_on(std::size_t index, const detail::guard_hit& hit) const noexcept {
    const auto* const pointer = static_cast<const std::byte*>(hit.stack_pointer);
    return pointer >= group_.low(index) && pointer < group_.high(index);
  }

  // The header of a stack that overflowed is untouched: its top is at the other end.
  [[nodiscard]] std::string_view owner(std::size_t index) const noexcept {
    void* const top = group_.top(index);
    const std::uintptr_t mark = detail::header_at(top).mark;
    if (owner_of_mark(mark) != owner_of_mark(mark_)) return {};
    return ((mark ^ mark_) & mark_of_name) != 0 ? read_name(top) : std::string_view{};
  }

  void describe(std::size_t index, const detail::guard_hit& hit, std::size_t distance,
                std::string_view where) const noexcept {
    const std::string_view fiber = owner(index);
    base::text<640> line;
    line.add("strata: stack overflow: ");
    fiber.empty() ? line.add("a fiber") : line.add("the fiber \"").add(fiber).add("\"");
    line.add(" touched ")
        .add_pointer(hit.address)
        .add(", ")
        .add_decimal(distance)
        .add(" bytes ")
        .add(where)
        .add(" stack ")
        .add_decimal(index)
        .add(" of the pool \"")
        .add(name)
        .add("\", which has ")
        .add_decimal(base::distance(group_.low(index), group_.top(index)))
        .add(" bytes from ")
        .add_pointer(group_.low(index));
    if (const std::size_t depth = depth_of(index, hit); depth != 0) {
      line.add("; its frames are ").add_decimal(depth).add(" bytes deep");
    }
    line.add(". Recurse less, keep large arrays elsewhere, or raise stack_bytes\n");
    Os::write_error(line.view());
  }

  // Zero when the stack pointer is unknown, or somewhere else.
  [[nodiscard]] std::size_t depth_of(std::size_t index,
                                     const detail::guard_hit& hit) const noexcept {
    const auto* const pointer = static_cast<const std::byte*>(hit.stack_pointer);
    const auto* const top = static_cast<const std::byte*>(group_.top(index));
    return pointer != nullptr && pointer < top ? base::distance(pointer, top) : 0;
  }

  // Modules and offsets, since names would need memory, and the fault may have
  // happened inside malloc.
  static void print_calls(const detail::guard_hit& hit) noexcept {
    std::array<void*, 16> frames;
    const std::size_t count = os::capture_call_stack(hit.instruction, frames);
    for (std::size_t i = 0; i < count; ++i) {
      // The innermost is the instruction itself; the others are return addresses.
      const bool innermost = frames[i] == hit.instruction;
      const os::code_module place = os::module_of(static_cast<char*>(frames[i]) + innermost);
      base::text<512> line;
      line.add("  at ").add_pointer(frames[i]);
      if (!place.file.empty()) line.add(" ").add(place.file).add("+").add_hex(place.offset);
      Os::write_error(line.add("\n").view());
    }
  }

  const group& group_;
  std::uintptr_t mark_;
};

}  // namespace strata::core
