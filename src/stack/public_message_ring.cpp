// Making and finding message rings; see strata/stack/message_ring.hpp.
#include <strata/stack/message_ring.hpp>

#include <strata/base/error.hpp>

#include <bit>
#include <new>

#include "base/base.hpp"
#include "stack/shared_header.hpp"

namespace strata {

using detail::lane_header;
using detail::ring_place;

std::optional<ring_config_error> check(const message_ring_options& options) noexcept {
  using options_type = message_ring_options;
  base::text<128> why;
  if (options.lane_bytes < options_type::lane_bytes_min ||
      options.lane_bytes > options_type::lane_bytes_max ||
      !std::has_single_bit(options.lane_bytes)) {
    why.add_decimal(options.lane_bytes).add(" is no power of two from 256 to 2^40");
    return ring_config_error(ring_config_problem::lane_out_of_range, "lane_bytes", why.view());
  }
  if (options.writers == 0 || options.writers > options_type::writers_max) {
    why.add_decimal(options.writers).add(" is not from 1 to 1024");
    return ring_config_error(ring_config_problem::writers_out_of_range, "writers", why.view());
  }
  return std::nullopt;
}

offset_ptr<message_ring> make_message_ring(shared_region& region,
                                           const message_ring_options& given) {
  const message_ring_options& options = detail::valid(given);
  ring_place place{.writers = options.writers, .lane_bytes = options.lane_bytes};
  const std::size_t bytes = place.lane_offset(options.writers);
  const offset_ptr<std::byte> room = region.try_allocate(bytes, alignof(message_ring));
  if (!room) throw out_of_memory("message ring", bytes);

  place.ring = reinterpret_cast<message_ring*>(region.get(room, bytes));
  ::new (place.ring) message_ring{.magic = message_ring::magic_expected,
                                  .version = message_ring::version_expected,
                                  .writers = static_cast<std::uint32_t>(options.writers),
                                  .lane_bytes = options.lane_bytes,
                                  .sleepers = options.sleepers ? 1U : 0U,
                                  .unused = 0,
                                  .reader_sleeps = 0};
  for (std::size_t i = 0; i < options.writers; ++i) ::new (place.lane(i).header) lane_header{};
  return {room.offset};
}

attached<ring_place> ring_place::find(const shared_region& region,
                                      offset_ptr<message_ring> at) noexcept {
  message_ring* const ring = region.get(at);
  if (ring == nullptr) return attach_error(attach_problem::outside, at.offset, 0);
  const message_ring_options found{.lane_bytes = core::read_once(ring->lane_bytes),
                                   .writers = core::read_once(ring->writers),
                                   .sleepers = core::read_once(ring->sleepers) != 0};
  const std::uint64_t magic = core::read_once(ring->magic);
  const std::uint32_t version = core::read_once(ring->version);
  if (magic != message_ring::magic_expected) {
    return attach_error(attach_problem::foreign, magic, message_ring::magic_expected);
  }
  if (version != message_ring::version_expected) {
    return attach_error(attach_problem::other_version, version, message_ring::version_expected);
  }
  if (const auto wrong = check(found)) {
    const bool of_lanes = wrong->problem() == ring_config_problem::lane_out_of_range;
    return attach_error(attach_problem::wrong_size, of_lanes ? found.lane_bytes : found.writers, 0);
  }

  ring_place place{.ring = ring,
                   .offset = at.offset,
                   .writers = found.writers,
                   .lane_bytes = found.lane_bytes,
                   .sleepers = found.sleepers};
  const std::uint64_t bytes = place.lane_offset(found.writers);
  if (region.get(offset_ptr<std::byte>{at.offset}, bytes) == nullptr) {
    return attach_error(attach_problem::wrong_size, bytes, region.size() - at.offset);
  }
  return place;
}

}  // namespace strata
