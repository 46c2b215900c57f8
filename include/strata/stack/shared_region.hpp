// A shared region: memory that several processes map, each where it likes.
//
//   strata::shared_region region({.name = "requests", .bytes = 1 << 20});
//   region.set_root(region.make<totals>());
//   send_descriptor(socket, region.file());          // or fork
//   ...
//   auto region = strata::shared_region::attach(receive_descriptor(socket));
//   if (!region) return complain(region.error().what());
//   totals* const seen = region->root<totals>();     // nullptr unless it fits
//
// It is a file in memory without a name, sealed so that its size is what it is for
// ever. What lies in it is given out from the front and ends with the region:
//
//   | header | what was given out            | free                        |
//   0        64                              next                     size()
//
// What another process wrote is never trusted: headers are looked at once, sizes are
// kept outside of the region, and offsets are compared with them at each use.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <optional>
#include <span>
#include <string_view>
#include <type_traits>
#include <utility>

#include <strata/account/account.hpp>
#include <strata/base/detail/construct.hpp>
#include <strata/stack/attach_error.hpp>
#include <strata/stack/offset_ptr.hpp>

namespace strata {

/// Every member may be left out.
struct shared_region_options {
  std::string_view name = "shared region";   ///< of the account and, in /proc, of the file
  std::size_t bytes = std::size_t{1} << 20;  ///< rounded up to pages
  std::size_t limit = SIZE_MAX;              ///< of the account
  const strata::account* parent = nullptr;   ///< of the account; nullptr: the root
};

/// What may lie in shared memory: bytes, without a destructor that somebody would have
/// to run. That it holds no pointers is left to you.
template <class T>
concept shareable = std::is_trivially_destructible_v<T> && !std::is_polymorphic_v<T>;

/// Movable. What lies in the region is as thread-safe as the program makes it; all
/// members but the moves may be called by several threads at once.
class shared_region {
 public:
  /// Effects: makes a region of zeros. It charges an account with the whole of it, in
  ///   this process; those who attach are charged nothing.
  /// Throws: out_of_memory when the account or the system refuses.
  explicit shared_region(const shared_region_options& options);

  /// Returns: what the constructor makes; nothing where it throws.
  [[nodiscard]] static std::optional<shared_region> try_create(
      const shared_region_options& options) noexcept;

  /// Returns: the region that another shared_region made, in this process or another.
  ///   The descriptor remains the caller's, who may close it.
  [[nodiscard]] static attached<shared_region> attach(int file) noexcept;

  shared_region(shared_region&& other) noexcept;
  shared_region& operator=(shared_region&& other) noexcept;
  /// Effects: unmaps it here. It ends when nobody has it mapped or open any more.
  ~shared_region();

  /// Returns: a descriptor, which is the region's: for attach in processes that inherit
  ///   it or to which it is sent. It is closed by exec.
  [[nodiscard]] int file() const noexcept { return file_; }
  [[nodiscard]] std::size_t size() const noexcept { return bytes_; }
  /// Returns: the account that is charged; nothing where the region was attached.
  [[nodiscard]] const std::optional<strata::account>& account() const noexcept { return account_; }

  // -- Pointers -------------------------------------------------------------------

  /// Returns: the object, or the first of `count`, where all of them lie in the region
  ///   and are aligned; else nullptr.
  template <class T>
  [[nodiscard]] T* get(offset_ptr<T> at, std::size_t count = 1) const noexcept {
    const bool fits = at.offset >= header_bytes && at.offset <= bytes_ &&
                      at.offset % alignof(T) == 0 && count <= (bytes_ - at.offset) / sizeof(T);
    return fits ? reinterpret_cast<T*>(base_ + at.offset) : nullptr;
  }

  /// Returns: what get makes the same pointer of, in every process.
  /// Requires: the object lies in the region, or is nullptr.
  template <class T>
  [[nodiscard]] offset_ptr<T> offset_of(T* object) const noexcept {
    if (object == nullptr) return {};
    return {static_cast<std::uint64_t>(reinterpret_cast<const std::byte*>(object) - base_)};
  }

  // -- What lies in it --------------------------------------------------------------

  /// Returns: bytes that nobody else has, zeros unless somebody wrote there; nowhere,
  ///   when so many are not left.
  /// Requires: `alignment` is a power of two, at most a page.
  [[nodiscard]] offset_ptr<std::byte> try_allocate(std::size_t bytes,
                                                   std::size_t alignment) noexcept;

  /// Returns: a new object; nowhere, when there is no room.
  template <shareable T, class... Arguments>
  [[nodiscard]] offset_ptr<T> try_make(Arguments&&... arguments) {
    const offset_ptr<std::byte> room = try_allocate(sizeof(T), alignof(T));
    if (!room) return {};
    detail::construct<T>(base_ + room.offset, std::forward<Arguments>(arguments)...);
    return {room.offset};
  }

  /// Returns: a new object.
  /// Throws: out_of_memory when there is no room.
  template <shareable T, class... Arguments>
  [[nodiscard]] offset_ptr<T> make(Arguments&&... arguments) {
    const offset_ptr<T> made = try_make<T>(std::forward<Arguments>(arguments)...);
    if (!made) refuse(sizeof(T));
    return made;
  }

  /// Effects: others find the object as root from now on, and whatever was written to
  ///   it before.
  template <class T>
  void set_root(offset_ptr<T> at) noexcept {
    set_root_offset(at.offset);
  }

  /// Returns: where the root is; nowhere, when there is none.
  template <class T>
  [[nodiscard]] offset_ptr<T> root_offset() const noexcept {
    return {root_offset_value()};
  }
  /// Returns: the root, where a T fits there; else nullptr.
  template <class T>
  [[nodiscard]] T* root() const noexcept {
    return get(root_offset<T>());
  }

 private:
  static constexpr std::size_t header_bytes = 64;

  shared_region(int file, std::byte* base, std::size_t bytes) noexcept
      : file_(file), base_(base), bytes_(bytes) {}

  [[noreturn, gnu::cold]] void refuse(std::size_t bytes) const;
  void set_root_offset(std::uint64_t offset) noexcept;
  [[nodiscard]] std::uint64_t root_offset_value() const noexcept;
  void end() noexcept;

  int file_ = -1;
  std::byte* base_ = nullptr;
  std::size_t bytes_ = 0;
  std::optional<strata::account> account_;
};

}  // namespace strata
