// strata::shared_region: making, attaching and giving out; see strata/stack/shared_region.hpp.
#include <strata/stack/shared_region.hpp>

#include <strata/base/error.hpp>

#include <algorithm>
#include <utility>

#include "base/base.hpp"
#include "os/os.hpp"
#include "stack/shared_header.hpp"

namespace strata {
namespace {

using core::shared_header;

shared_header& header_of(std::byte* base) noexcept {
  return *reinterpret_cast<shared_header*>(base);
}

// 0: more than any file holds.
std::size_t whole_pages(std::size_t bytes) noexcept {
  const std::size_t page = os::platform::page_size();
  constexpr std::size_t most = SIZE_MAX / 2;
  return bytes > most ? 0 : base::align_up(std::max<std::size_t>(bytes, 1), page);
}

std::optional<attach_error> problem_of(shared_header& header, std::size_t bytes) noexcept {
  const auto wrong = [](attach_problem problem, std::uint64_t found, std::uint64_t expected) {
    return attach_error(problem, found, expected);
  };
  const std::uint64_t magic = core::read_once(header.magic);
  const std::uint32_t version = core::read_once(header.version);
  const std::uint32_t header_bytes = core::read_once(header.header_bytes);
  const std::uint64_t said = core::read_once(header.bytes);
  if (magic != shared_header::magic_expected) {
    return wrong(attach_problem::foreign, magic, shared_header::magic_expected);
  }
  if (version != shared_header::version_expected) {
    return wrong(attach_problem::other_version, version, shared_header::version_expected);
  }
  if (header_bytes != sizeof(shared_header)) {
    return wrong(attach_problem::wrong_size, header_bytes, sizeof(shared_header));
  }
  if (said != bytes) return wrong(attach_problem::wrong_size, said, bytes);
  return std::nullopt;
}

}  // namespace

shared_region::shared_region(const shared_region_options& options) {
  std::optional<shared_region> made = try_create(options);
  if (!made) throw out_of_memory(options.name, options.bytes);
  *this = std::move(*made);
}

std::optional<shared_region> shared_region::try_create(
    const shared_region_options& options) noexcept {
  static_assert(header_bytes == sizeof(shared_header));
  const std::size_t bytes = whole_pages(options.bytes);
  if (bytes == 0) return std::nullopt;
  auto account = strata::account::try_create(
      {.name = options.name, .limit = options.limit, .parent = options.parent});
  if (!account || !account->charge(bytes)) return std::nullopt;

  const int file = os::make_memory_file(base::text<64>{}.add(options.name).c_str(), bytes);
  auto* const base = static_cast<std::byte*>(file < 0 ? nullptr : os::map_file(file, bytes));
  if (base == nullptr) {
    if (file >= 0) os::close_file(file);
    account->discharge(bytes);
    return std::nullopt;
  }
  ::new (base) shared_header{.magic = shared_header::magic_expected,
                             .version = shared_header::version_expected,
                             .header_bytes = sizeof(shared_header),
                             .bytes = bytes,
                             .next = sizeof(shared_header),
                             .root = 0,
                             .unused = {}};
  shared_region made(file, base, bytes);
  made.account_ = std::move(account);
  return made;
}

attached<shared_region> shared_region::attach(int file) noexcept {
  const std::size_t bytes = os::fixed_size_of(file);
  if (bytes == 0) return attach_error(attach_problem::not_fixed, 0, 0);
  if (bytes < sizeof(shared_header)) {
    return attach_error(attach_problem::wrong_size, bytes, sizeof(shared_header));
  }
  const int own = os::duplicate_file(file);
  if (own < 0) return attach_error(attach_problem::refused, 0, 0);
  auto* const base = static_cast<std::byte*>(os::map_file(own, bytes));
  if (base == nullptr) {
    os::close_file(own);
    return attach_error(attach_problem::refused, 0, 0);
  }
  shared_region made(own, base, bytes);
  if (const auto problem = problem_of(header_of(base), bytes)) return *problem;
  return made;
}

shared_region::shared_region(shared_region&& other) noexcept
    : file_(std::exchange(other.file_, -1)),
      base_(std::exchange(other.base_, nullptr)),
      bytes_(std::exchange(other.bytes_, 0)),
      account_(std::exchange(other.account_, std::nullopt)) {}

shared_region& shared_region::operator=(shared_region&& other) noexcept {
  shared_region taken(std::move(other));
  std::swap(file_, taken.file_);
  std::swap(base_, taken.base_);
  std::swap(bytes_, taken.bytes_);
  std::swap(account_, taken.account_);
  return *this;
}

shared_region::~shared_region() { end(); }

void shared_region::end() noexcept {
  if (base_ == nullptr) return;
  os::unmap_file(base_, bytes_);
  os::close_file(file_);
  if (account_) account_->discharge(bytes_);
}

// A position that another process spoilt is no room: it may lie outside, or in what was
// given out, but never leads out of the region.
offset_ptr<std::byte> shared_region::try_allocate(std::size_t bytes,
                                                  std::size_t alignment) noexcept {
  std::atomic<std::uint64_t>& next = header_of(base_).next;
  std::uint64_t position = next.load(std::memory_order_relaxed);
  for (;;) {
    if (position < sizeof(shared_header) || position > bytes_) return {};
    const std::uint64_t begin = base::align_up(position, alignment);
    if (begin > bytes_ || bytes > bytes_ - begin) return {};
    if (next.compare_exchange_weak(position, begin + bytes, std::memory_order_relaxed)) {
      return {begin};
    }
  }
}

void shared_region::refuse(std::size_t bytes) const {
  throw out_of_memory(account_ ? account_->name() : "shared region", bytes);
}

void shared_region::set_root_offset(std::uint64_t offset) noexcept {
  header_of(base_).root.store(offset, std::memory_order_release);
}

std::uint64_t shared_region::root_offset_value() const noexcept {
  return header_of(base_).root.load(std::memory_order_acquire);
}

}  // namespace strata
