#include "trace/recorder/trace_file.hpp"

#include <fcntl.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>

#include "adaptor/trace_format.hpp"
#include "trace/recorder/message.hpp"

namespace strata::trace {
namespace {

using path_text = std::array<char, 4096>;

enum class stage : std::uint8_t { none, making, open, stopped };

constinit std::atomic<stage> state{stage::none};
constinit std::atomic<std::uint64_t> chunks_taken{0};
constinit file_header* header = nullptr;
constinit path_text path{};
constinit dev_t device = 0;  // with the inode: whether the path still leads to our file
constinit ino_t inode = 0;

// A text that is put together in a buffer and cut where it ends.
class builder {
 public:
  explicit builder(path_text& into) noexcept : into_(into) {}

  void add(char letter) noexcept {
    if (length_ + 1 < into_.size()) into_[length_++] = letter;
    into_[length_] = '\0';
  }

  void add(const char* text) noexcept {
    while (*text != '\0') add(*text++);
  }

  void add(std::uint64_t number) noexcept {
    if (number >= 10) add(number / 10);
    add(static_cast<char>('0' + number % 10));
  }

 private:
  path_text& into_;
  std::size_t length_ = 0;
};

// The name for the process. A second file of that name gets "-2" behind the number
// of the process, or at the end where the name has no %p: of the program that the
// same process runs next by exec, or of a child.
void make_path(unsigned attempt) noexcept {
  const char* pattern = ::secure_getenv("ALLOCATION_TRACE");
  if (pattern == nullptr || *pattern == '\0') pattern = "allocations.%p.trace";
  builder name(path);
  path_text folder;
  if (*pattern != '/' && ::getcwd(folder.data(), folder.size()) != nullptr) {
    name.add(folder.data());
    name.add('/');
  }
  bool distinguished = attempt == 1;
  const auto distinguish = [&] {
    if (!distinguished) name.add('-');
    if (!distinguished) name.add(std::uint64_t{attempt});
    distinguished = true;
  };
  for (; *pattern != '\0'; ++pattern) {
    if (*pattern == '%' && pattern[1] == 'p') {
      name.add(static_cast<std::uint64_t>(::getpid()));
      distinguish();
      ++pattern;
    } else {
      name.add(*pattern);
    }
  }
  distinguish();
}

[[gnu::cold]] stage stop(const char* what) noexcept {
  const char* const why = ::strerrordesc_np(errno);
  if (state.exchange(stage::stopped) != stage::stopped) {
    say({"cannot ", what, " '", path.data(), "': ", why == nullptr ? "unknown error" : why,
         "; recording stops"});
  }
  if (header != nullptr) header->stopped = stopped_early;
  return stage::stopped;
}

int create() noexcept {
  constexpr unsigned attempts_max = 10'000;
  int descriptor = -1;
  for (unsigned attempt = 1; attempt <= attempts_max; ++attempt) {
    make_path(attempt);
    descriptor = ::open(path.data(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor >= 0 || errno != EEXIST) break;
  }
  return descriptor;
}

void fill_header() noexcept {
  header->magic = magic;
  header->version = version;
  header->chunk_bytes = chunk_bytes;
  header->process = static_cast<std::uint64_t>(::getpid());
  auto& program = header->program;
  if (::readlink("/proc/self/exe", program.data(), program.size() - 1) < 0) program[0] = '?';
  header->crc = crc(*header);
}

stage make_file() noexcept {
  const int descriptor = create();
  if (descriptor < 0) return stop("create");
  struct stat about {};
  void* mapped = MAP_FAILED;
  errno = ::posix_fallocate(descriptor, 0, chunk_bytes);
  if (errno == 0 && ::fstat(descriptor, &about) == 0) {
    mapped =
        ::mmap(nullptr, sizeof(file_header), PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, 0);
  }
  const int error = errno;
  ::close(descriptor);
  if (mapped == MAP_FAILED) {
    errno = error;
    return stop("write");
  }
  device = about.st_dev;
  inode = about.st_ino;
  header = static_cast<file_header*>(mapped);
  fill_header();
  return stage::open;
}

// Makes the file if nobody has; waits for whoever does.
stage file_stage() noexcept {
  stage now = state.load(std::memory_order_acquire);
  if (now == stage::none && state.compare_exchange_strong(now, stage::making)) {
    now = make_file();
    state.store(now, std::memory_order_release);
  }
  while (now == stage::making) {
    ::sched_yield();
    now = state.load(std::memory_order_acquire);
  }
  return now;
}

void raise_count(std::uint64_t chunks) noexcept {
  std::atomic_ref<std::uint64_t> count(header->chunks);
  std::uint64_t seen = count.load();
  while (seen < chunks && !count.compare_exchange_weak(seen, chunks)) {
  }
}

// The disk is asked for the room now: a full one would end the program by SIGBUS
// when the mapping is written.
std::uint8_t* map_chunk(int descriptor, std::uint64_t number) noexcept {
  struct stat about {};
  if (::fstat(descriptor, &about) != 0) return nullptr;
  const bool is_ours = about.st_dev == device && about.st_ino == inode;
  const auto offset = static_cast<off_t>((number + 1) * chunk_bytes);
  errno = is_ours ? ::posix_fallocate(descriptor, offset, chunk_bytes) : ESTALE;
  if (errno != 0) return nullptr;
  void* const mapped =
      ::mmap(nullptr, chunk_bytes, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, offset);
  return mapped == MAP_FAILED ? nullptr : static_cast<std::uint8_t*>(mapped);
}

}  // namespace

std::uint8_t* take_chunk() noexcept {
  const int programs_errno = errno;
  if (file_stage() != stage::open) return nullptr;
  const std::uint64_t number = chunks_taken.fetch_add(1);
  const int descriptor = ::open(path.data(), O_RDWR | O_CLOEXEC);
  std::uint8_t* const chunk = descriptor < 0 ? nullptr : map_chunk(descriptor, number);
  if (chunk == nullptr) {
    stop("extend");
  } else {
    raise_count(number + 1);
  }
  if (descriptor >= 0) ::close(descriptor);
  errno = programs_errno;
  return chunk;
}

void return_chunk_memory(std::uint8_t* chunk) noexcept { ::munmap(chunk, chunk_bytes); }

void begin_new_file() noexcept {
  if (header != nullptr) ::munmap(header, sizeof(file_header));
  header = nullptr;
  chunks_taken = 0;
  state = stage::none;
}

}  // namespace strata::trace
