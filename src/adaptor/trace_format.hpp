// The file that holds one process's calls of malloc and free: written by the
// recorder of bench/trace/ and by strata::trace_writer, read by strata_replay. Needs
// the standard library's headers only, because the recorder has nothing else.
//
//   +--------+---------+---------+---------+
//   | header | chunk 0 | chunk 1 | ...     |     each of chunk_bytes, all zero at first
//   +--------+---------+---------+---------+
//
//   chunk    thread  event  event  ...  thread  event  ...  0 0 0 0
//   event    tag  sequence  address  size  alignment  crc
//            u8   varint    varint   varint  u8       u16, little endian
//
// A chunk begins with a thread event: whose calls follow. Another one may follow in
// the same chunk, where a thread took over what an ended thread left unused. It also
// starts the differences anew, so that each chunk can be read alone: sequence is told
// as the difference to the event before; address too, with the sign in the lowest
// bit. Which of the fields an event has depends on its tag (has_address, has_size).
//
// A writer maps a chunk into memory and writes an event's tag last. So the file is
// complete up to the last event at any moment, whatever ends the process; a torn
// event has tag 0, and counts as not written. No single flipped bit makes a tag 0.
//
// Sequence numbers count the events of the whole process. A block is named by its
// address: the number of an allocation is taken after it, that of a release before
// it, so in the order of numbers no two living blocks share a name. A reallocation
// is both, and therefore two events.
#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>

namespace strata::trace {

inline constexpr std::size_t chunk_bytes = std::size_t{64}
                                           << 10;  // at least the page of any system
inline constexpr std::uint32_t version = 1;

struct file_header {
  std::array<char, 8> magic;
  std::uint32_t version;
  std::uint32_t chunk_bytes;
  std::uint64_t process;
  std::array<char, 224> program;  // its path, ended by a zero
  std::uint64_t crc;              // of everything above
  std::uint64_t chunks;           // that exist at least
  std::uint64_t stopped;          // stopped_early when there was no room for more chunks
};
static_assert(sizeof(file_header) == 272);

inline constexpr std::array<char, 8> magic = {'s', 't', 'r', 't', 'r', 'a', 'c', 'e'};
inline constexpr std::uint64_t stopped_early = 0xF0F0;

// Pairs of equal hexadecimal digits: two bits at least.
enum class tag : std::uint8_t {
  none = 0,
  thread = 0x11,        // size: the number of the thread whose calls follow
  malloc = 0x22,        // also operator new
  calloc = 0x33,        // size: the product
  aligned = 0x44,       // aligned_alloc and its kin
  free = 0x55,          // address 0: of a null pointer
  realloc_from = 0x66,  // address 0: of a null pointer
  realloc_to = 0x77,    // of the same thread's last realloc_from; address 0: refused, or freed
};

struct event {
  trace::tag tag = tag::none;
  std::uint8_t alignment_log2 = 0;  // of tag::aligned
  std::uint64_t sequence = 0;
  std::uint64_t address = 0;
  std::uint64_t size = 0;
};

[[nodiscard]] constexpr bool has_address(tag which) noexcept { return which != tag::thread; }

[[nodiscard]] constexpr bool has_size(tag which) noexcept {
  return which != tag::free && which != tag::realloc_from;
}

[[nodiscard]] constexpr bool is_known(tag which) noexcept {
  const auto value = static_cast<unsigned>(which);
  return value % 0x11 == 0 && value >= 0x11 && value <= 0x77;
}

// tag, three varints of at most 10 bytes, alignment, crc
inline constexpr std::size_t event_bytes_max = 1 + 3 * 10 + 1 + 2;

// What an event's differences refer to.
struct position {
  std::uint64_t sequence = 0;
  std::uint64_t address = 0;
};

namespace detail {

constexpr std::array<std::uint16_t, 256> make_crc_table() noexcept {
  constexpr unsigned polynomial = 0x1021;  // CRC-16/CCITT
  std::array<std::uint16_t, 256> table{};
  for (unsigned i = 0; i < table.size(); ++i) {
    unsigned rest = i << 8;
    for (int bit = 0; bit < 8; ++bit) {
      rest = (rest & 0x8000) != 0 ? (rest << 1) ^ polynomial : rest << 1;
    }
    table[i] = static_cast<std::uint16_t>(rest);
  }
  return table;
}

inline constexpr std::array<std::uint16_t, 256> crc_table = make_crc_table();

}  // namespace detail

// Never 0 for only zeros, because it starts with ones.
[[nodiscard]] inline std::uint16_t crc(const void* bytes, std::size_t count) noexcept {
  unsigned rest = 0xFFFF;
  for (std::size_t i = 0; i < count; ++i) {
    const unsigned byte = static_cast<const std::uint8_t*>(bytes)[i];
    rest = ((rest << 8) & 0xFFFF) ^ detail::crc_table[(rest >> 8) ^ byte];
  }
  return static_cast<std::uint16_t>(rest);
}

[[nodiscard]] inline std::uint16_t crc(const file_header& header) noexcept {
  return crc(&header, offsetof(file_header, crc));
}

namespace detail {

inline std::uint8_t* put_number(std::uint8_t* to, std::uint64_t value) noexcept {
  for (; value >= 0x80; value >>= 7) *to++ = static_cast<std::uint8_t>(value | 0x80);
  *to++ = static_cast<std::uint8_t>(value);
  return to;
}

// Advances `from`; nothing when the number ends beyond `end` or has too many bytes.
inline std::optional<std::uint64_t> get_number(const std::uint8_t*& from,
                                               const std::uint8_t* end) noexcept {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64 && from < end; shift += 7) {
    const std::uint8_t byte = *from++;
    value |= std::uint64_t{byte & 0x7Fu} << shift;
    if (byte < 0x80) return value;
  }
  return {};
}

[[nodiscard]] constexpr std::uint64_t fold_sign(std::uint64_t difference) noexcept {
  return (difference << 1) ^ (0 - (difference >> 63));
}

[[nodiscard]] constexpr std::uint64_t unfold_sign(std::uint64_t folded) noexcept {
  return (folded >> 1) ^ (0 - (folded & 1));
}

constexpr void advance(position& at, const event& done) noexcept {
  at = done.tag == tag::thread ? position{} : position{done.sequence, done.address};
}

}  // namespace detail

// Writes `what` at `to`, which has room for event_bytes_max zeros; returns its length.
inline std::size_t encode(const event& what, position& at, std::uint8_t* to) noexcept {
  std::uint8_t* next = to + 1;
  if (has_address(what.tag)) {
    next = detail::put_number(next, what.sequence - at.sequence);
    next = detail::put_number(next, detail::fold_sign(what.address - at.address));
  }
  if (has_size(what.tag)) next = detail::put_number(next, what.size);
  if (what.tag == tag::aligned) *next++ = what.alignment_log2;
  const auto body = static_cast<std::size_t>(next - (to + 1));
  const unsigned check = crc(to + 1, body) ^ static_cast<unsigned>(what.tag);
  *next++ = static_cast<std::uint8_t>(check);
  *next++ = static_cast<std::uint8_t>(check >> 8);
  std::atomic_ref(*to).store(static_cast<std::uint8_t>(what.tag), std::memory_order_release);
  detail::advance(at, what);
  return static_cast<std::size_t>(next - to);
}

// Reads the event at `from` and moves it on; nothing when the bytes are no event.
inline std::optional<event> decode(const std::uint8_t*& from, const std::uint8_t* end,
                                   position& at) noexcept {
  const std::uint8_t* next = from;
  event found;
  if (next >= end) return {};
  found.tag = static_cast<tag>(*next++);
  if (!is_known(found.tag)) return {};
  const std::uint8_t* const body = next;
  if (has_address(found.tag)) {
    const auto sequence = detail::get_number(next, end);
    const auto address = detail::get_number(next, end);
    if (!sequence || !address) return {};
    found.sequence = at.sequence + *sequence;
    found.address = at.address + detail::unfold_sign(*address);
  }
  if (has_size(found.tag)) {
    const auto size = detail::get_number(next, end);
    if (!size) return {};
    found.size = *size;
  }
  if (found.tag == tag::aligned && next < end) found.alignment_log2 = *next++;
  if (end - next < 2) return {};
  const unsigned check = next[0] | static_cast<unsigned>(next[1]) << 8;
  const unsigned wanted = crc(body, static_cast<std::size_t>(next - body));
  if (check != (wanted ^ static_cast<unsigned>(found.tag))) return {};
  from = next + 2;
  detail::advance(at, found);
  return found;
}

}  // namespace strata::trace
