// Out of mappings: with vm.max_map_count nearly used up by the program, small
// blocks are still served as the system's malloc serves them, freeing (which
// must not need to split a mapping) works, threads work, and contents stay.
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <thread>
#include <utility>

#include "support/child.hpp"
#include "support/hoard.hpp"
#include "support/memory.hpp"
#include "support/suite.hpp"

namespace {

using suite::expect;

constexpr std::size_t mappings_left = 50;
constexpr std::size_t small_bytes = 64 * memory::mib;

std::size_t read_number(const char* path) {
  char text[64] = {};
  const int file = ::open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0 || ::read(file, text, sizeof text - 1) <= 0) std::abort();
  ::close(file);
  return std::strtoull(text, nullptr, 10);
}

std::size_t mapping_count() {
  static char text[65536];
  std::size_t lines = 0;
  const int file = ::open("/proc/self/maps", O_RDONLY | O_CLOEXEC);
  for (ssize_t got; (got = ::read(file, text, sizeof text)) > 0;) {
    lines += static_cast<std::size_t>(std::count(text, text + got, '\n'));
  }
  ::close(file);
  return lines;
}

// One mapping whose pages alternate in protection, which the kernel keeps as
// one mapping per page.
class mapping_eater {
 public:
  mapping_eater() {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    const std::size_t wanted =
        read_number("/proc/sys/vm/max_map_count") - mappings_left - mapping_count();
    bytes_ = (wanted + 1) * page;
    pages_ = static_cast<char*>(
        ::mmap(nullptr, bytes_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
    if (pages_ == MAP_FAILED) std::abort();
    for (std::size_t at = page; at + page < bytes_; at += 2 * page) {
      if (::mprotect(pages_ + at, page, PROT_READ) != 0) break;
    }
  }
  ~mapping_eater() { ::munmap(pages_, bytes_); }
  mapping_eater(const mapping_eater&) = delete;
  mapping_eater& operator=(const mapping_eater&) = delete;

 private:
  char* pages_ = nullptr;
  std::size_t bytes_ = 0;
};

// -- The child -------------------------------------------------------------------

// Blocks of every size come and go at random; a refusal is fine, damage is not.
std::size_t churn(std::uint64_t seed) {
  struct entry {
    void* block;
    std::size_t size;
  };
  static thread_local entry entries[2000];
  memory::random random{seed};
  std::size_t refused = 0;
  for (int i = 0; i < 200000; ++i) {
    entry& each = entries[random.below(2000)];
    expect(each.block == nullptr || memory::intact(each.block, each.size, each.size), "contents");
    std::free(each.block);
    each.size = 1 + random.below(random.below(30) == 0 ? 200000 : 2000);
    each.block = std::malloc(each.size);
    if (each.block == nullptr) {
      ++refused;
    } else {
      memory::fill(each.block, each.size, each.size);
    }
  }
  for (entry& each : entries) std::free(std::exchange(each.block, nullptr));
  return refused;
}

int measure() {
  memory::hoard before;
  before.take(3000, 4 * memory::mib);
  {
    const mapping_eater eater;
    memory::hoard small;
    memory::hoard medium;
    memory::hoard large;
    expect(small.take(200, small_bytes), "a refusal sets ENOMEM");
    expect(medium.take(30000, small_bytes), "a refusal sets ENOMEM");
    expect(large.take(memory::mib, small_bytes), "a refusal sets ENOMEM");
    expect(small.intact() && medium.intact() && large.intact() && before.intact(), "contents");
    suite::note("small", small.bytes());
    suite::note("medium", medium.bytes());
    suite::note("large", large.bytes());
    large.release();
    medium.release();
    small.release();
    suite::note("refused while churning", churn(7));
    std::thread([] { churn(8); }).join();
    expect(before.intact(), "contents from before");
  }
  before.release();
  memory::hoard after;
  expect(after.take(memory::mib, small_bytes) && after.bytes() == small_bytes,
         "with the mappings back, memory can be had again");
  return suite::failures() == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

// -- The parent ------------------------------------------------------------------

std::size_t number_after(const std::string& text, const std::string& key) {
  const std::size_t at = text.find(key + ": ");
  return at == std::string::npos ? 0
                                 : std::strtoull(text.c_str() + at + key.size() + 2, nullptr, 10);
}

std::string run_child(bool preload) {
  const child::result outcome = child::run_self({"measure"}, {.preload = preload});
  if (outcome.exit_status != 0) {
    expect(false, outcome.output);
    suite::note("signal", static_cast<std::size_t>(outcome.signal));
  }
  return outcome.output;
}

void nearly_no_mappings_left() {
  const std::string system = run_child(false);
  const std::string ours = run_child(true);
  for (const std::string kind : {"small", "medium", "large"}) {
    suite::note("system's " + kind, number_after(system, kind));
    suite::note("this " + kind, number_after(ours, kind));
    suite::expect_at_least(number_after(ours, kind), number_after(system, kind) * 9 / 10,
                           "nine tenths of what the system gets");
  }
}

constexpr suite::test_case cases[] = {{"nearly_no_mappings_left", nearly_no_mappings_left}};

}  // namespace

int main(int argc, char** argv) {
  if (argc == 2 && std::strcmp(argv[1], "measure") == 0) return measure();
  return suite::run(cases, argc, argv);
}
