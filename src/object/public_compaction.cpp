// The passes of a compacting arena, unit by unit; see strata/object/detail/moving_store.hpp.
// Sliding with one walk is possible because keys lead to objects through a table: what
// refers to an object need not be found (Saunders 1974 and Jonkers 1979 need a second
// walk for that).
#include <strata/object/detail/moving_store.hpp>

#include <cstring>

namespace strata::detail {
namespace {

constexpr std::size_t visit_work = 64;     // a line of the cache, for a block's head
constexpr std::size_t return_work = 4096;  // a chunk that goes back, by a system call at worst

}  // namespace

compaction_progress moving_store::step(std::size_t work) noexcept {
  const auto began = std::chrono::steady_clock::now();
  const std::uint64_t moved_before = figures_.moved_bytes;
  if (scan_ == nullptr) begin_pass();
  std::size_t done = 0;
  do {
    if (scan_ != nullptr) done += visit();
  } while (scan_ != nullptr && done < work);

  ++figures_.steps;
  figures_.largest_step = std::max(figures_.largest_step, done);
  figures_.longest_step = std::max<std::chrono::nanoseconds>(
      figures_.longest_step, std::chrono::steady_clock::now() - began);
  return {.finished = scan_ == nullptr,
          .work = done,
          .moved_bytes = static_cast<std::size_t>(figures_.moved_bytes - moved_before)};
}

void moving_store::begin_pass() noexcept {
  before_ = memory();
  trail_ = nullptr;
  fill_ = {};
  last_chunk_ = chunks_.last;
  scan_chunk_ = chunks_.first;
  if (scan_chunk_ == nullptr) return end_pass();
  scan_ = scan_chunk_->begin();
  fill_ = {scan_chunk_, scan_, scan_};
}

void moving_store::end_pass() noexcept {
  scan_ = nullptr;
  if (fill_.in != nullptr && fill_.begin == fill_.in->begin() && fill_.end == fill_.in->end()) {
    moving_chunk& empty = *fill_.in;
    fill_ = {};
    give_chunk(empty, chunks_);
    ++figures_.returned_chunks;
  }
  ++figures_.passes;
  figures_.before = before_;
  figures_.after = memory();
}

std::size_t moving_store::visit() noexcept {
  if (scan_ == scan_chunk_->end()) return leave_chunk();
  moving_block& block = moving_block::at(scan_);
  if (!block.is_hole()) return visit_live(block);
  if (scan_ == open_.begin) open_ = {};
  absorb(block.bytes());
  return visit_work;
}

std::size_t moving_store::visit_live(moving_block& block) noexcept {
  if (!movable(block)) {
    keep(block.bytes());
    return visit_work;
  }
  if (fill_.end == scan_) return visit_work + slide(block);
  if (std::byte* const object = fill_.fit(block.object_bytes(), alignment_of(*block.type))) {
    const std::size_t bytes = block.bytes();
    const std::size_t work = move_to(object, block);
    absorb(bytes);
    return visit_work + work;
  }
  static_cast<void>(next_hole());  // there is one: fill ends before scan
  return visit_work;
}

// A chunk that holds nothing any more goes back, unless fill has come to it.
std::size_t moving_store::leave_chunk() noexcept {
  moving_chunk& left = *scan_chunk_;
  const bool last = &left == last_chunk_;
  const bool empty = trail_ == left.begin();
  scan_chunk_ = left.next;
  scan_ = last ? nullptr : scan_chunk_->begin();
  trail_ = nullptr;
  if (empty) {
    give_chunk(left, chunks_);
    ++figures_.returned_chunks;
  }
  if (last) end_pass();
  return empty ? return_work : visit_work;
}

// What stays closes the hole behind it.
void moving_store::keep(std::size_t bytes) noexcept {
  trail_ = nullptr;
  if (fill_.end == scan_ && fill_.empty()) fill_.begin = fill_.end = scan_ + bytes;
  scan_ += bytes;
}

// What is free joins the hole behind it.
void moving_store::absorb(std::size_t bytes) noexcept {
  std::byte* const end = scan_ + bytes;
  if (fill_.end == scan_) {
    fill_.end = end;
    make_hole(fill_.begin, end);
  } else {
    if (trail_ == nullptr) trail_ = scan_;
    make_hole(trail_, end);
  }
  scan_ = end;
}

// Over the gap that ends where the block begins.
std::size_t moving_store::slide(moving_block& block) noexcept {
  const std::size_t bytes = block.bytes();
  std::byte* const end = scan_ + bytes;
  const moving_gap whole = {fill_.in, fill_.begin, end};
  std::byte* const object = whole.fit(block.object_bytes(), alignment_of(*block.type));
  if (object == block.object()) {
    keep(bytes);
    return 0;
  }
  fill_.end = end;
  scan_ = end;
  return move_to(object, block);
}

// To a place in fill, which may reach over the block's own.
std::size_t moving_store::move_to(std::byte* object, moving_block& block) noexcept {
  const moving_block head = block;
  const std::size_t bytes = head.object_bytes();
  unpoison(object, bytes);
  move_bytes(object, block.object(), head);
  fill_.cut(object, bytes, *head.type, head.index);
  table_.move(head.index, object);
  ++figures_.moved_objects;
  figures_.moved_bytes += bytes;
  return bytes;
}

void moving_store::move_bytes(std::byte* to, std::byte* from, const moving_block& head) noexcept {
  const std::size_t bytes = head.object_bytes();
  if (head.type->move == nullptr) {
    std::memmove(to, from, bytes);
  } else if (to + bytes <= from) {
    head.type->move(to, from, bytes);
  } else {
    head.type->move(scratch_, from, bytes);
    head.type->move(to, scratch_, bytes);
  }
}

// The hole at scan counts as the trail, whose head is always up to date.
bool moving_store::next_hole() noexcept {
  if (fill_.in == nullptr || fill_.end == scan_) return false;
  if (fill_.end == fill_.in->end()) {
    moving_chunk* const next = fill_.in->next;
    if (next == nullptr) return false;
    fill_ = {next, next->begin(), next->begin()};
    if (fill_.end != trail_) return true;
  }
  std::byte* const begin = fill_.end;
  moving_block& block = moving_block::at(begin);
  std::byte* const end = begin + block.bytes();
  const bool free = block.is_hole() && (begin != open_.begin || open_.empty());
  fill_ = {fill_.in, free ? begin : end, end};
  if (begin == trail_) trail_ = nullptr;
  return true;
}

bool moving_store::movable(const moving_block& block) noexcept {
  return block.index != moving_block::none && table_.note(block.index) == 0;
}

}  // namespace strata::detail
