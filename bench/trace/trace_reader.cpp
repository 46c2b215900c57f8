#include "trace/trace_reader.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <limits>
#include <span>
#include <utility>

namespace strata::trace {
namespace {

using byte_span = std::span<const std::uint8_t>;

// The file's bytes, mapped.
class file_bytes {
 public:
  explicit file_bytes(const std::string& path) {
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat about {};
    void* mapped = MAP_FAILED;
    if (descriptor >= 0 && ::fstat(descriptor, &about) == 0 && about.st_size > 0) {
      size_ = static_cast<std::size_t>(about.st_size);
      mapped = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, descriptor, 0);
    }
    const int error = errno;
    const bool is_empty = descriptor >= 0 && S_ISREG(about.st_mode) && about.st_size == 0;
    if (descriptor >= 0) ::close(descriptor);
    if (is_empty) throw damaged_trace(fmt::format("'{}' is empty", path));
    if (mapped == MAP_FAILED) {
      throw std::runtime_error(fmt::format("cannot read '{}': {}", path, std::strerror(error)));
    }
    bytes_ = static_cast<const std::uint8_t*>(mapped);
  }

  ~file_bytes() { ::munmap(const_cast<std::uint8_t*>(bytes_), size_); }
  file_bytes(const file_bytes&) = delete;
  file_bytes& operator=(const file_bytes&) = delete;

  [[nodiscard]] byte_span all() const noexcept { return {bytes_, size_}; }

 private:
  const std::uint8_t* bytes_ = nullptr;
  std::size_t size_ = 0;
};

bool is_zero(byte_span bytes) {
  // Equal to its neighbour, all the way: quicker than byte by byte.
  return bytes.empty() ||
         (bytes[0] == 0 && std::memcmp(bytes.data(), bytes.data() + 1, bytes.size() - 1) == 0);
}

class reader {
 public:
  reader(const std::string& path, std::pmr::memory_resource* memory)
      : path_(path), file_(path), found_(memory) {}

  recorded_trace read() {
    read_header();
    for (std::size_t at = chunk_bytes; at < file_.all().size(); at += chunk_bytes) {
      read_chunk(at / chunk_bytes - 1, file_.all().subspan(at, chunk_bytes));
    }
    put_in_order();
    return std::move(found_);
  }

 private:
  [[noreturn]] void refuse(const std::string& why) const {
    throw damaged_trace(fmt::format("'{}' {}", path_, why));
  }

  void read_header() {
    const byte_span all = file_.all();
    file_header header{};
    std::memcpy(&header, all.data(), std::min(sizeof(header), all.size()));
    if (header.magic != magic) refuse("is no trace of allocations");
    if (header.version != version) {
      refuse(fmt::format("has version {} of the format; this program reads {}", header.version,
                         version));
    }
    if (all.size() < sizeof(header) || all.size() % chunk_bytes != 0 ||
        header.chunks > all.size() / chunk_bytes - 1) {
      refuse(fmt::format("is truncated: {} bytes do not hold its {} chunks", all.size(),
                         header.chunks));
    }
    const bool stop_is_clear = header.stopped == 0 || header.stopped == stopped_early;
    if (header.chunk_bytes != chunk_bytes || header.crc != crc(header) || !stop_is_clear ||
        !is_zero(all.subspan(sizeof(header), chunk_bytes - sizeof(header)))) {
      refuse("is damaged in its header");
    }
    chunks_ = header.chunks;
    found_.process = header.process;
    found_.program.assign(header.program.data(),
                          ::strnlen(header.program.data(), header.program.size()));
    found_.stopped = header.stopped != 0;
  }

  void read_chunk(std::size_t number, byte_span chunk) {
    const std::uint8_t* next = chunk.data();
    const std::uint8_t* const end = next + chunk.size();
    if (number >= chunks_ && !is_zero(chunk)) refuse("is damaged: its header misses a chunk");
    position at;
    std::uint32_t thread = no_thread;
    while (next < end && *next != 0) {
      const auto offset = static_cast<std::size_t>(next - chunk.data());
      const auto event = decode(next, end, at);
      if (!event || (thread == no_thread && event->tag != tag::thread)) {
        refuse(fmt::format("is damaged at byte {}", (number + 1) * chunk_bytes + offset));
      }
      if (event->tag == tag::thread) {
        thread = checked_thread(event->size);
      } else {
        found_.events.push_back({*event, thread});
      }
    }
    // A writer may have been in the middle of an event when its process ended.
    const std::size_t written = static_cast<std::size_t>(next - chunk.data()) + event_bytes_max;
    if (written < chunk.size() && !is_zero(chunk.subspan(written))) {
      refuse(fmt::format("is damaged behind byte {}", (number + 1) * chunk_bytes + written));
    }
  }

  [[nodiscard]] std::uint32_t checked_thread(std::uint64_t number) const {
    if (number >= no_thread) refuse(fmt::format("is damaged: there is no thread {}", number));
    return static_cast<std::uint32_t>(number);
  }

  void put_in_order() {
    auto& events = found_.events;
    const auto earlier = [](const thread_event& one, const thread_event& other) {
      return one.event.sequence < other.event.sequence;
    };
    std::sort(events.begin(), events.end(), earlier);
    const auto twice = std::adjacent_find(
        events.begin(), events.end(),
        [&](const auto& one, const auto& other) { return !earlier(one, other); });
    if (twice != events.end()) {
      refuse(fmt::format("is damaged: it has event {} twice", twice->event.sequence));
    }
  }

  static constexpr std::uint32_t no_thread = std::numeric_limits<std::uint32_t>::max();

  const std::string& path_;
  file_bytes file_;
  std::uint64_t chunks_ = 0;
  recorded_trace found_;
};

}  // namespace

recorded_trace read_trace(const std::string& path, std::pmr::memory_resource* memory) {
  return reader(path, memory).read();
}

}  // namespace strata::trace
