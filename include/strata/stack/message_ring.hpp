// A ring of messages in a shared region: from several writers to one reader, in
// whatever processes, without locks.
//
//   strata::shared_region region({.bytes = 1 << 20});
//   region.set_root(strata::make_message_ring(region, {.writers = 4}));
//
//   auto writer = strata::message_writer::attach(region, region.root_offset<...>());
//   auto reader = strata::message_reader::attach(region, region.root_offset<...>());
//
// Each writer has a lane of its own, and the reader looks at all lanes in turn. So no
// process ever waits for another that stopped in the middle of something, and one that
// dies, or writes nonsense, spoils at most its own lane:
//
//   | message_ring | lane 0: header, data | lane 1: header, data | ...
//   0              128                     + 128 + lane_bytes
//
// Messages of one writer arrive in their order; between writers there is none.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>

#include <strata/base/config_error.hpp>
#include <strata/stack/attach_error.hpp>
#include <strata/stack/detail/ring_lane.hpp>
#include <strata/stack/offset_ptr.hpp>
#include <strata/stack/shared_region.hpp>

namespace strata {

/// Every member may be left out.
struct message_ring_options {
  static constexpr std::size_t lane_bytes_min = 256;
  static constexpr std::size_t lane_bytes_max = std::size_t{1} << 40;
  static constexpr std::size_t writers_max = 1024;

  std::size_t lane_bytes = 65'536;  ///< a power of two; messages are less than half of it
  std::size_t writers = 1;          ///< lanes
  bool sleepers = true;             ///< ends may sleep in wait; each write and pop then
                                    ///< costs a fence, and now and then a system call
};

/// What is wrong with the options of a ring.
enum class ring_config_problem {
  lane_out_of_range,     ///< less than 256 bytes, more than 2^40, or no power of two
  writers_out_of_range,  ///< none, or more than 1024
};

using ring_config_error = config_error<ring_config_problem>;
using invalid_ring_config = invalid_config<ring_config_problem>;

/// Returns: the first contradiction; nothing when there is none.
[[nodiscard]] std::optional<ring_config_error> check(const message_ring_options& options) noexcept;

/// What lies at the beginning of a ring. Programs only have offsets of it.
// What all read lies apart from what changes.
// NOLINTNEXTLINE(clang-analyzer-optin.performance.Padding)
struct message_ring {
  static constexpr std::uint64_t magic_expected = 0x01'67'6E'69'72'2D'74'73;  // "st-ring", 1
  static constexpr std::uint32_t version_expected = 1;

  std::uint64_t magic;
  std::uint32_t version;
  std::uint32_t writers;
  std::uint64_t lane_bytes;
  std::uint32_t sleepers;
  std::uint32_t unused;
  alignas(64) std::atomic<std::uint32_t> reader_sleeps;
};

static_assert(sizeof(message_ring) == 128);

/// Returns: a new ring in the region, for its root or wherever the other processes will
///   look for it.
/// Throws: invalid_ring_config; out_of_memory when the region has no room.
offset_ptr<message_ring> make_message_ring(shared_region& region,
                                           const message_ring_options& options = {});

namespace detail {

/// A ring as this process has checked it; sizes are copies.
struct ring_place {
  message_ring* ring = nullptr;
  std::uint64_t offset = 0;
  std::size_t writers = 0;
  std::size_t lane_bytes = 0;
  bool sleepers = false;

  /// Returns: the ring, checked; or what is wrong with it.
  [[nodiscard]] static attached<ring_place> find(const shared_region& region,
                                                 offset_ptr<message_ring> at) noexcept;

  [[nodiscard]] std::uint64_t lane_offset(std::size_t lane) const noexcept {
    return sizeof(message_ring) + lane * (sizeof(lane_header) + lane_bytes);
  }
  [[nodiscard]] lane_place lane(std::size_t lane) const noexcept {
    std::byte* const at = reinterpret_cast<std::byte*>(ring) + lane_offset(lane);
    return {reinterpret_cast<lane_header*>(at), at + sizeof(lane_header), lane_bytes};
  }

  /// Returns: what an end claims in the file: the place of what is its own.
  [[nodiscard]] std::uint64_t claim_of_reader() const noexcept { return offset; }
  [[nodiscard]] std::uint64_t claim_of_writer(std::size_t lane) const noexcept {
    return offset + lane_offset(lane);
  }
};

}  // namespace detail
}  // namespace strata
