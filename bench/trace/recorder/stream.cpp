#include "trace/recorder/stream.hpp"

#include <pthread.h>
#include <sched.h>

#include <array>
#include <atomic>
#include <optional>

#include "trace/recorder/trace_file.hpp"

namespace strata::trace {
namespace {

struct thread_stream {
  std::uint8_t* chunk;  // nullptr: none
  std::uint8_t* next;   // in it
  position at;
  std::uint64_t number;  // of the thread, plus 1; 0: none yet
  bool busy;
  bool over;  // the thread ends: it keeps no chunk any more
};

constinit thread_local thread_stream mine{};

[[nodiscard]] std::size_t room() noexcept {
  if (mine.chunk == nullptr) return 0;
  return static_cast<std::size_t>(mine.chunk + chunk_bytes - mine.next);
}
constinit std::atomic<std::uint64_t> events{0};
constinit std::atomic<std::uint64_t> threads{0};

struct parked_chunk {
  std::uint8_t* chunk;
  std::uint8_t* next;
};

// What ended threads left, up to a number that is seldom reached.
class parking {
 public:
  // False when there is no place.
  bool park(parked_chunk given) noexcept {
    const holder hold(*this);
    if (count_ == places_.size()) return false;
    places_[count_++] = given;
    return true;
  }

  std::optional<parked_chunk> take() noexcept {
    const holder hold(*this);
    if (count_ == 0) return {};
    return places_[--count_];
  }

  // In the child of a fork, where nobody else runs and somebody may have held it.
  void clear_after_fork() noexcept {
    count_ = 0;
    held_.clear();
  }

 private:
  class holder {
   public:
    explicit holder(parking& what) noexcept : what_(what) {
      while (what_.held_.test_and_set(std::memory_order_acquire)) ::sched_yield();
    }
    ~holder() { what_.held_.clear(std::memory_order_release); }
    holder(const holder&) = delete;
    holder& operator=(const holder&) = delete;

   private:
    parking& what_;
  };

  std::atomic_flag held_{};
  std::size_t count_ = 0;
  std::array<parked_chunk, 256> places_{};
};

constinit parking parked{};

void leave_chunk() noexcept {
  if (mine.chunk == nullptr) return;
  const bool is_of_use = room() >= 2 * event_bytes_max;
  if (!is_of_use || !parked.park({mine.chunk, mine.next})) return_chunk_memory(mine.chunk);
  mine.chunk = nullptr;
}

// A pthread key, because its destructors also run for threads that C made. The C
// library and other destructors still free after it, each time in a borrowed chunk.
class thread_end {
 public:
  void watch() const noexcept {
    if (known_ && !mine.over) ::pthread_setspecific(key_, &mine);
  }

  void start_watching() noexcept { known_ = ::pthread_key_create(&key_, ended) == 0; }

 private:
  static void ended(void*) noexcept {
    mine.over = true;
    leave_chunk();
  }

  pthread_key_t key_{};
  bool known_ = false;
};

constinit thread_end end_of_thread{};
constinit std::atomic_flag prepared{};

// The child of a fork writes a file of its own, as thread 0.
void after_fork_in_child() noexcept {
  begin_new_file();
  parked.clear_after_fork();
  events = 0;
  threads = 0;
  if (mine.chunk != nullptr) return_chunk_memory(mine.chunk);
  mine.chunk = nullptr;
  mine.number = 0;
}

void prepare_once() noexcept {
  if (prepared.test_and_set()) return;
  end_of_thread.start_watching();
  ::pthread_atfork(nullptr, nullptr, after_fork_in_child);
}

void write(const event& what) noexcept { mine.next += encode(what, mine.at, mine.next); }

[[gnu::cold]] bool begin_chunk() noexcept {
  prepare_once();
  if (mine.chunk != nullptr) return_chunk_memory(mine.chunk);
  mine.chunk = nullptr;
  if (const auto left = parked.take()) {
    mine.chunk = left->chunk;
    mine.next = left->next;
  } else {
    mine.chunk = take_chunk();
    mine.next = mine.chunk;
  }
  if (mine.chunk == nullptr) return false;
  end_of_thread.watch();
  if (mine.number == 0) mine.number = threads.fetch_add(1) + 1;
  write({.tag = tag::thread, .size = mine.number - 1});
  return true;
}

}  // namespace

recording::recording() noexcept : outermost_(!mine.busy) { mine.busy = true; }

recording::~recording() {
  if (outermost_) mine.busy = false;
}

void recording::add(tag which, const void* block, std::size_t size,
                    unsigned alignment_log2) const noexcept {
  while (room() < event_bytes_max) {
    if (!begin_chunk()) return;
  }
  write({.tag = which,
         .alignment_log2 = static_cast<std::uint8_t>(alignment_log2),
         .sequence = events.fetch_add(1, std::memory_order_seq_cst),
         .address = reinterpret_cast<std::uintptr_t>(block),
         .size = size});
  if (mine.over) leave_chunk();
}

}  // namespace strata::trace
