// Lines of marks around the blocks of a bump region; see strata/arena/detail/bump_lines.hpp
// for their layout.
//
// Under AddressSanitizer the lines are poisoned, like all that is no block, so that it
// finds a wrong write at once; they are made accessible while they are read here.
#include <strata/arena/detail/bump_lines.hpp>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include <strata/base/detail/diagnosis.hpp>
#include <strata/base/detail/poison.hpp>

#include "base/base.hpp"

namespace strata::detail {
namespace {

constexpr std::ptrdiff_t word_bytes = sizeof(std::uint64_t);
constexpr std::uint64_t state_live = 0x6c697665;
constexpr std::uint64_t state_ended = 0x64656164;

// Odd, so that different addresses have different marks.
constexpr std::uint64_t mark_factor = 0x9e3779b97f4a7c15;

std::uint64_t mark_at(const void* place) noexcept {
  return (reinterpret_cast<std::uintptr_t>(place) + 1) * mark_factor;
}

class accessible {
 public:
  accessible(const void* begin, std::size_t bytes) noexcept : begin_(begin), bytes_(bytes) {
    unpoison(begin_, bytes_);
  }
  ~accessible() { poison(begin_, bytes_); }
  accessible(const accessible&) = delete;
  accessible& operator=(const accessible&) = delete;

 private:
  const void* begin_;
  std::size_t bytes_;
};

// Marks of whole words, then of what is left of a word.
void write_marks(std::byte* begin, std::byte* end) noexcept {
  const accessible access(begin, base::distance(begin, end));
  std::byte* place = begin;
  for (; end - place >= word_bytes; place += word_bytes) {
    const std::uint64_t mark = mark_at(place);
    std::memcpy(place, &mark, word_bytes);
  }
  const std::uint64_t mark = mark_at(place);
  std::memcpy(place, &mark, base::distance(place, end));
}

// The first word that is not as write_marks left it; nullptr when all are.
const std::byte* first_broken(const std::byte* begin, const std::byte* end) noexcept {
  const accessible access(begin, base::distance(begin, end));
  const std::byte* place = begin;
  for (; end - place >= word_bytes; place += word_bytes) {
    std::uint64_t found;
    std::memcpy(&found, place, word_bytes);
    if (found != mark_at(place)) return place;
  }
  const std::uint64_t mark = mark_at(place);
  return std::memcmp(place, &mark, base::distance(place, end)) == 0 ? nullptr : place;
}

}  // namespace

// Whoever writes below a block meets marks_back first; beyond the foot before, mark_front.
struct alignas(bump_lines::alignment) bump_line_head {
  std::uint64_t mark_front;
  bump_line_head* previous;
  std::uint64_t bytes;
  std::byte* end;  // of the foot
  std::uint64_t state;
  std::uint64_t checksum;
  std::uint64_t marks_back[2];

  [[nodiscard]] std::byte* begin() noexcept { return reinterpret_cast<std::byte*>(this); }
  [[nodiscard]] std::byte* block() noexcept { return begin() + sizeof(*this); }

  void sign() noexcept {
    mark_front = mark_at(&mark_front);
    checksum = sum();
    for (std::uint64_t& mark : marks_back) mark = mark_at(&mark);
  }

  // The first word that is not as sign left it; nullptr when all are.
  [[nodiscard]] const void* first_broken() const noexcept {
    if (mark_front != mark_at(&mark_front)) return &mark_front;
    if (checksum != sum()) return &previous;
    for (const std::uint64_t& mark : marks_back) {
      if (mark != mark_at(&mark)) return &mark;
    }
    return nullptr;
  }

 private:
  [[nodiscard]] std::uint64_t sum() const noexcept {
    std::uint64_t result = mark_factor;
    result = (result ^ reinterpret_cast<std::uintptr_t>(previous)) * mark_factor;
    result = (result ^ bytes) * mark_factor;
    result = (result ^ reinterpret_cast<std::uintptr_t>(end)) * mark_factor;
    return (result ^ state) * mark_factor;
  }
};

static_assert(sizeof(bump_line_head) == bump_lines::line_bytes);

namespace {

bump_line_head* head_of(std::byte* block) noexcept {
  return reinterpret_cast<bump_line_head*>(block - bump_lines::line_bytes);
}

}  // namespace

bump_lines::ends bump_lines::open(std::byte* begin, std::byte* end, std::size_t step,
                                  std::string_view name) noexcept {
  name_ = name;
  const std::uintptr_t base = reinterpret_cast<std::uintptr_t>(begin);
  const std::size_t before = base::align_up(base + line_bytes, step) - base;
  const std::size_t size = base::distance(begin, end);
  if (size < before + line_bytes) return {begin, begin};
  first_ = begin + before;
  back_ = first_ + base::align_down(size - before - line_bytes, step);
  write_marks(first_ - line_bytes, first_);
  write_marks(back_, back_ + line_bytes);
  return {first_, back_};
}

void bump_lines::add(std::byte* block, std::size_t bytes, std::byte* end) noexcept {
  bump_line_head& head = *head_of(block);
  write_marks(block + bytes, end);
  const accessible access(&head, line_bytes);
  head.previous = last_;
  head.bytes = bytes;
  head.end = end;
  head.state = state_live;
  head.sign();
  last_ = &head;
}

std::byte* bump_lines::remove(std::byte* block, std::size_t bytes) noexcept {
  if (!knows(block)) report_no_block_of_region(name_, block);
  bump_line_head& head = *head_of(block);
  check_block(head);
  {
    const accessible access(&head, line_bytes);
    if (head.state != state_live) report_region_double_free(name_, block, head.bytes);
    if (head.bytes != bytes) report_region_sized_free(name_, block, bytes, head.bytes);
    head.state = state_ended;
    head.sign();
    poison(block, bytes);
  }
  return end_of_live();
}

// What ended at the end of the region is forgotten. Heads were looked at before
// their links are followed.
std::byte* bump_lines::end_of_live() noexcept {
  while (last_ != nullptr) {
    check_block(*last_);
    const accessible access(last_, line_bytes);
    if (last_->state == state_live) return last_->end;
    last_ = last_->previous;
  }
  return first_;
}

void bump_lines::rewind(const std::byte* top) noexcept {
  check_ends();
  while (last_ != nullptr) {
    check_block(*last_);
    const accessible access(last_, line_bytes);
    if (last_->end <= top) return;
    last_ = last_->previous;
  }
}

void bump_lines::check() const noexcept {
  check_ends();
  for (bump_line_head* head = last_; head != nullptr;) {
    check_block(*head);
    const accessible access(head, line_bytes);
    head = head->previous;
  }
}

// A head that looks right is one. Where it does not, either it was overwritten or
// the pointer is no block; the chain tells.
bool bump_lines::knows(std::byte* block) const noexcept {
  if (last_ == nullptr || !base::is_aligned(block, alignment)) return false;
  if (block < first_ + line_bytes || block > last_->block()) return false;
  bump_line_head* const wanted = head_of(block);
  {
    const accessible access(wanted, line_bytes);
    if (wanted->first_broken() == nullptr) return true;
  }
  for (bump_line_head* head = last_; head != nullptr && head != wanted;) {
    check_block(*head);
    const accessible access(head, line_bytes);
    head = head->previous;
    if (head == wanted) return true;
  }
  return wanted == last_;
}

void bump_lines::check_ends() const noexcept {
  if (first_ == nullptr) return;
  if (const void* at = first_broken(first_ - line_bytes, first_)) {
    report_broken_canary(name_, "the line at its front", at,
                         "something wrote below its first block");
  }
  if (const void* at = first_broken(back_, back_ + line_bytes)) {
    report_broken_canary(name_, "the line at its back", at,
                         "something wrote beyond its last block");
  }
}

void bump_lines::check_block(bump_line_head& head) const noexcept {
  const accessible access(&head, line_bytes);
  if (const void* at = head.first_broken()) {
    report_broken_canary(
        name_,
        base::text<80>{}.add("the line before the block at ").add_pointer(head.block()).view(), at,
        "the block was written below its start, or the one before it far beyond its end");
  }
  if (const void* at = first_broken(head.block() + head.bytes, head.end)) {
    report_broken_canary(name_,
                         base::text<80>{}
                             .add("the line after the block at ")
                             .add_pointer(head.block())
                             .add(" (")
                             .add_decimal(head.bytes)
                             .add(" bytes)")
                             .view(),
                         at, "the block was written beyond its end");
  }
}

}  // namespace strata::detail
