// The pieces of a list of objects; see strata/object/detail/header_list.hpp.
#include <strata/object/detail/header_list.hpp>

#include <utility>

namespace strata::detail {

header_list::~header_list() {
  clear();
  if (spare_ != nullptr) give(spare_);
}

void header_list::clear() noexcept {
  while (last_ != nullptr) give(std::exchange(last_, last_->previous));
  used_ = size_ = 0;
}

void header_list::swap(header_list& other) noexcept {
  std::swap(last_, other.last_);
  std::swap(spare_, other.spare_);
  std::swap(used_, other.used_);
  std::swap(size_, other.size_);
}

// A pressure handler of the account may drop references, and so push: refused, because
// the piece that it would push to is on its way.
bool header_list::grow() noexcept {
  if (is_growing_) return false;
  if (spare_ == nullptr) {
    is_growing_ = true;
    void* const memory = memory_->try_allocate(sizeof(piece), alignof(piece));
    is_growing_ = false;
    if (memory == nullptr) return false;
    spare_ = ::new (memory) piece;
  }
  spare_->previous = last_;
  last_ = std::exchange(spare_, nullptr);
  used_ = 0;
  return true;
}

void header_list::shrink() noexcept {
  piece* const gone = std::exchange(last_, last_->previous);
  used_ = last_ == nullptr ? 0 : piece_entries;
  if (spare_ != nullptr) give(spare_);
  spare_ = gone;
}

void header_list::give(piece* gone) noexcept {
  memory_->deallocate(gone, sizeof(piece), alignof(piece));
}

header_list::cursor header_list::from_end() const noexcept {
  cursor at;
  at.piece_ = last_;
  at.left_ = used_;
  return at;
}

object_header* header_list::cursor::next() noexcept {
  if (piece_ == nullptr) return nullptr;
  auto* const of = static_cast<piece*>(piece_);
  object_header* const header = of->entries[--left_];
  if (left_ == 0) {
    piece_ = of->previous;
    left_ = piece_entries;
  }
  return header;
}

}  // namespace strata::detail
