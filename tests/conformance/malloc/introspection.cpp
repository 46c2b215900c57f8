// The functions of <malloc.h> that look at the heap or tune it, and the C23 and
// historical forms of free, looked up at run time because not every libc links them.
#include <dlfcn.h>
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "support/memory.hpp"
#include "support/suite.hpp"

namespace {

using memory::opaque;
using memory::owned;
using suite::expect;

template <class Function>
Function* find(const char* name) {
  return reinterpret_cast<Function*>(::dlsym(RTLD_DEFAULT, name));
}

void usable_size() {
  suite::expect_equal(static_cast<long long>(::malloc_usable_size(nullptr)), 0, "of NULL");
  for (std::size_t size = 0; size < 32 * memory::mib; size = size * 6 / 5 + 1) {
    owned block{std::malloc(size)};
    const std::size_t usable = ::malloc_usable_size(block.get());
    suite::expect_at_least(usable, size, "usable size");
    // Waste above 128 bytes is bounded: 12.5 % by class, one page when large.
    if (size >= 128) suite::expect_at_most(usable, size + size / 7 + 4096, "internal waste");
  }
}

void trim_is_harmless() {
  owned kept{std::malloc(100000)};
  memory::fill(kept.get(), 100000, 1);
  { std::vector<std::string> waste(20000, std::string(2000, 'w')); }
  for (const std::size_t pad : {0UL, 1UL << 20, ~0UL}) {
    const int released = ::malloc_trim(pad);
    expect(released == 0 || released == 1, "malloc_trim gives 0 or 1");
  }
  expect(memory::intact(kept.get(), 100000, 1), "live blocks survive");
}

// Used bytes go up with an allocation and down with its release; never negative.
void mallinfo2_follows_the_heap() {
  const auto before = ::mallinfo2();
  std::vector<owned> blocks;
  for (int i = 0; i < 1000; ++i) blocks.emplace_back(std::malloc(20000));
  const auto during = ::mallinfo2();
  blocks.clear();
  const auto after = ::mallinfo2();
  suite::expect_at_least(during.uordblks + during.hblkhd,
                         before.uordblks + before.hblkhd + 15000000, "used bytes with 20 MB more");
  suite::expect_at_most(after.uordblks + after.hblkhd, during.uordblks + during.hblkhd - 15000000,
                        "used bytes after the release");
}

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wdeprecated-declarations"
void mallinfo_answers() {
  owned block{std::malloc(1000000)};
  const auto info = ::mallinfo();
  expect(info.uordblks > 0 || info.hblkhd > 0, "mallinfo counts a live block");
}
#pragma GCC diagnostic pop

// Programs pass these; the result matters to them less than going on.
void mallopt_is_accepted() {
  for (const int parameter : {M_MMAP_THRESHOLD, M_TRIM_THRESHOLD, M_TOP_PAD, M_ARENA_MAX}) {
    const int result = ::mallopt(parameter, 1 << 20);
    expect(result == 0 || result == 1, "mallopt gives 0 or 1");
  }
  owned block{std::malloc(5000000)};
  expect(block != nullptr, "malloc after mallopt");
}

void malloc_stats_writes_to_stderr() {
  int ends[2];
  if (!expect(::pipe(ends) == 0, "pipe")) return;
  const int saved = ::dup(STDERR_FILENO);
  ::dup2(ends[1], STDERR_FILENO);
  ::malloc_stats();
  std::fflush(stderr);
  ::dup2(saved, STDERR_FILENO);
  ::close(ends[1]);
  char text[4096];
  expect(::read(ends[0], text, sizeof text) > 0, "malloc_stats says something");
  ::close(ends[0]);
  ::close(saved);
}

// -- malloc_info ----------------------------------------------------------------

// Well-formed enough: one root, elements balanced and properly nested, attributes quoted.
bool balanced_xml(const std::string& text, const std::string& root) {
  std::vector<std::string> open;
  bool seen_root = false;
  for (std::size_t at = text.find('<'); at != std::string::npos; at = text.find('<', at + 1)) {
    const std::size_t end = text.find('>', at);
    if (end == std::string::npos) return false;
    const std::string tag = text.substr(at + 1, end - at - 1);
    if (tag.empty() || tag[0] == '?' || tag[0] == '!') continue;
    if (std::count(tag.begin(), tag.end(), '"') % 2 != 0) return false;
    const std::string name =
        tag.substr(tag[0] == '/', tag.find_first_of(" /", 1) - (tag[0] == '/'));
    if (tag[0] == '/') {
      if (open.empty() || open.back() != name) return false;
      open.pop_back();
    } else {
      if (open.empty() && (seen_root || name != root)) return false;
      seen_root = true;
      if (tag.back() != '/') open.push_back(name);
    }
  }
  return seen_root && open.empty();
}

void malloc_info_is_xml() {
  char* text = nullptr;
  std::size_t size = 0;
  std::FILE* stream = ::open_memstream(&text, &size);
  if (!expect(stream != nullptr, "open_memstream")) return;
  suite::expect_equal(::malloc_info(0, stream), 0, "malloc_info");
  std::fclose(stream);
  expect(balanced_xml(text, "malloc"), "malloc_info writes one well-formed <malloc> element");
  std::free(text);
  expect(::malloc_info(1, stdout) != 0, "malloc_info refuses options it does not know");
}

// -- Other ways to free -----------------------------------------------------------

void sized_frees_of_c23() {
  auto* free_sized = find<void(void*, std::size_t)>("free_sized");
  auto* free_aligned_sized = find<void(void*, std::size_t, std::size_t)>("free_aligned_sized");
  if (!expect(!suite::preloaded() || (free_sized != nullptr && free_aligned_sized != nullptr),
              "the allocator exports free_sized and free_aligned_sized")) {
    return;
  }
  if (free_sized == nullptr || free_aligned_sized == nullptr) return;
  free_sized(nullptr, 0);
  free_aligned_sized(nullptr, 64, 0);
  for (std::size_t size = 1; size < 8 * memory::mib; size = size * 4 / 3 + 1) {
    free_sized(opaque(std::malloc(size)), size);
    free_sized(opaque(std::calloc(1, size)), size);
    free_sized(opaque(std::realloc(std::malloc(size / 2), size)), size);
    for (std::size_t alignment = 16; alignment <= memory::mib; alignment *= 4) {
      const std::size_t rounded = (size + alignment - 1) / alignment * alignment;
      free_aligned_sized(opaque(std::aligned_alloc(alignment, rounded)), alignment, rounded);
    }
  }
}

void cfree_when_present() {
  auto* cfree = find<void(void*)>("cfree");
  if (cfree == nullptr) return;
  cfree(nullptr);
  for (std::size_t size = 1; size < memory::mib; size *= 3) cfree(opaque(std::malloc(size)));
}

// libc hands out blocks of its own making; the program frees them.
void blocks_from_libc() {
  for (int i = 0; i < 1000; ++i) {
    std::free(opaque(::strdup("a string that libc copies")));
    std::free(opaque(::realpath("/proc/self/exe", nullptr)));
    char* line = nullptr;
    std::free(::asprintf(&line, "%d %s", i, "text") > 0 ? line : nullptr);
  }
  char* line = nullptr;
  std::size_t room = 0;
  std::FILE* file = std::fopen("/proc/self/maps", "r");
  while (::getline(&line, &room, file) > 0) {
  }
  std::fclose(file);
  std::free(line);
}

constexpr suite::test_case cases[] = {
    {"usable_size", usable_size},
    {"trim_is_harmless", trim_is_harmless},
    {"mallinfo2_follows_the_heap", mallinfo2_follows_the_heap},
    {"mallinfo_answers", mallinfo_answers},
    {"mallopt_is_accepted", mallopt_is_accepted},
    {"malloc_stats_writes_to_stderr", malloc_stats_writes_to_stderr},
    {"malloc_info_is_xml", malloc_info_is_xml},
    {"sized_frees_of_c23", sized_frees_of_c23},
    {"cfree_when_present", cfree_when_present},
    {"blocks_from_libc", blocks_from_libc},
};

}  // namespace

int main(int argc, char** argv) { return suite::run(cases, argc, argv); }
