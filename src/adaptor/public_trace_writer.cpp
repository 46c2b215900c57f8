// strata::trace_writer: events of all threads go into one stream, under a lock,
// with a thread event wherever another thread goes on:
//
//   header | chunk 0 | chunk 1 | ... | chunk n        in the file
//                                      ^ in memory until it is full, or flushed
//
// Invariant: the header counts the chunks that are in the file, so the file can be
// read after every write.
#include <strata/adaptor/trace_writer.hpp>

#include <bit>
#include <cerrno>
#include <cstdio>
#include <memory>
#include <mutex>
#include <system_error>
#include <vector>

#include "adaptor/trace_format.hpp"
#include "base/base.hpp"
#include "os/os.hpp"

namespace strata {
namespace {

struct close_file {
  void operator()(std::FILE* file) const noexcept { static_cast<void>(std::fclose(file)); }
};

using file_handle = std::unique_ptr<std::FILE, close_file>;

// Without a buffer, which the library would allocate at the first write.
file_handle create(const std::string& path) noexcept {
  file_handle file(std::fopen(path.c_str(), "wb"));
  if (file != nullptr) static_cast<void>(std::setvbuf(file.get(), nullptr, _IONBF, 0));
  return file;
}

std::uint64_t number_of_this_thread() noexcept {
  static constinit std::atomic<std::uint64_t> numbered{0};
  static thread_local const std::uint64_t mine = numbered.fetch_add(1);
  return mine;
}

}  // namespace

struct trace_writer::state {
  explicit state(const std::string& path) : file(create(path)), chunk(trace::chunk_bytes) {}

  void fill_header(std::string_view program) noexcept {
    header.magic = trace::magic;
    header.version = trace::version;
    header.chunk_bytes = trace::chunk_bytes;
    header.process = os::platform::process_id();
    program.copy(header.program.data(), header.program.size() - 1);
    header.crc = trace::crc(header);
  }

  void record(trace::event what) noexcept {
    const std::lock_guard hold(mutex);
    if (trace::chunk_bytes - used < 2 * trace::event_bytes_max) end_chunk();
    if (header.stopped != 0) return;
    const std::uint64_t thread = number_of_this_thread();
    if (used == 0 || thread != last_thread) {
      put({.tag = trace::tag::thread, .size = thread});
      last_thread = thread;
    }
    what.sequence = events++;
    put(what);
  }

  bool flush() noexcept {
    const std::lock_guard hold(mutex);
    return write_chunk();
  }

  std::mutex mutex;
  file_handle file;
  trace::file_header header{};
  std::vector<std::uint8_t> chunk;  // the latest one
  std::size_t used = 0;             // bytes of it
  std::uint64_t full_chunks = 0;    // before it
  std::uint64_t last_thread = 0;
  std::uint64_t events = 0;
  trace::position at;

 private:
  void put(const trace::event& what) noexcept {
    used += trace::encode(what, at, chunk.data() + used);
  }

  void end_chunk() noexcept {
    if (!write_chunk()) return;
    ++full_chunks;
    std::fill(chunk.begin(), chunk.end(), std::uint8_t{0});
    used = 0;
  }

  bool write_chunk() noexcept {
    if (header.stopped != 0) return false;
    const std::size_t place = (full_chunks + 1) * trace::chunk_bytes;
    header.chunks = full_chunks + 1;
    if (write(chunk.data(), chunk.size(), place) && write(&header, sizeof(header), 0)) return true;
    stop();
    return false;
  }

  [[nodiscard]] bool write(const void* bytes, std::size_t size, std::size_t place) const noexcept {
    return std::fseek(file.get(), static_cast<long>(place), SEEK_SET) == 0 &&
           std::fwrite(bytes, 1, size, file.get()) == size;
  }

  // What is in the file stays readable: its header still counts what was there.
  void stop() noexcept {
    header.chunks = full_chunks;
    header.stopped = trace::stopped_early;
    static_cast<void>(write(&header, sizeof(header), 0));
    base::warn("a trace of allocations cannot be written any more; recording stops");
  }
};

trace_writer::trace_writer(const std::string& path, std::string_view program)
    : state_(std::make_unique<state>(path)) {
  if (state_->file == nullptr) {
    throw std::system_error(errno, std::generic_category(), "strata: cannot create '" + path + "'");
  }
  state_->fill_header(program);
  if (!state_->flush()) {
    throw std::system_error(errno, std::generic_category(), "strata: cannot write '" + path + "'");
  }
}

trace_writer::~trace_writer() { flush(); }

void trace_writer::allocated(const void* block, std::size_t bytes, std::size_t alignment) noexcept {
  const bool is_natural = alignment <= alignof(std::max_align_t);
  state_->record({.tag = is_natural ? trace::tag::malloc : trace::tag::aligned,
                  .alignment_log2 = is_natural
                                        ? std::uint8_t{0}
                                        : static_cast<std::uint8_t>(std::countr_zero(alignment)),
                  .address = reinterpret_cast<std::uintptr_t>(block),
                  .size = bytes});
}

void trace_writer::released(const void* block) noexcept {
  state_->record({.tag = trace::tag::free, .address = reinterpret_cast<std::uintptr_t>(block)});
}

bool trace_writer::flush() noexcept { return state_->flush(); }

}  // namespace strata
