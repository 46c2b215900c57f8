// mallinfo, malloc_stats, malloc_info: glibc's views of core::snapshot. The
// terms are glibc's, the figures are ours:
//
//   arena    = uordblks + fordblks, without large blocks in use
//   uordblks   small and medium blocks in the program's hands
//   fordblks   free: in slabs, in threads' lists, in caches, not yet returned
//   hblkhd     large blocks in use; uordblks + hblkhd is what the program holds
//   keepcost   what malloc_trim could give back at once
#include <malloc.h>

#include <climits>
#include <cstdio>

#include "heap/heap.hpp"
#include "os/os.hpp"
#include "override/statistics.hpp"

namespace core = strata::core;

namespace {

core::snapshot current() noexcept {
  core::snapshot now;
  core::take_snapshot(now);
  return now;
}

using line = strata::base::text<256>;

bool put(FILE* stream, const line& text) noexcept {
  return std::fwrite(text.view().data(), 1, text.view().size(), stream) == text.view().size();
}

bool put_class(FILE* stream, const core::class_snapshot& one) noexcept {
  return put(stream, line{}
                         .add("<size class=\"")
                         .add_decimal(one.block_size)
                         .add("\" slabs=\"")
                         .add_decimal(one.slabs)
                         .add("\" live=\"")
                         .add_decimal(one.live_blocks)
                         .add("\" cached=\"")
                         .add_decimal(one.cached_blocks)
                         .add("\" free=\"")
                         .add_decimal(one.free_blocks)
                         .add("\"/>\n"));
}

bool put_total(FILE* stream, std::string_view element, std::string_view type,
               std::uint64_t bytes) noexcept {
  return put(stream, line{}
                         .add("<")
                         .add(element)
                         .add(" type=\"")
                         .add(type)
                         .add("\" size=\"")
                         .add_decimal(bytes)
                         .add("\"/>\n"));
}

bool put_document(FILE* stream, const core::snapshot& now) noexcept {
  bool ok = put(stream, line{}.add("<malloc version=\"1\">\n<heap nr=\"0\">\n<sizes>\n"));
  for (std::size_t i = 0; i < now.class_count; ++i) ok = ok && put_class(stream, now.classes[i]);
  return ok && put(stream, line{}.add("</sizes>\n</heap>\n")) &&
         put_total(stream, "total", "live", now.live_bytes + now.large_live) &&
         put_total(stream, "total", "free", core::free_bytes(now)) &&
         put_total(stream, "total", "metadata", now.metadata) &&
         put_total(stream, "system", "current", now.held) &&
         put_total(stream, "system", "max", now.held_peak) &&
         put_total(stream, "aspace", "total", now.reserved) &&
         put(stream, line{}.add("</malloc>\n"));
}

}  // namespace

#pragma GCC visibility push(default)
extern "C" {

struct mallinfo2 mallinfo2() noexcept {
  return core::mallinfo_view<struct mallinfo2, std::size_t>(current());
}

struct mallinfo mallinfo() noexcept {
  return core::mallinfo_view<struct mallinfo, int>(current());
}

void malloc_stats() noexcept {
  const core::snapshot now = current();
  strata::os::platform::write_error(line{}
                                        .add("strata\nsystem bytes     = ")
                                        .add_decimal(now.held)
                                        .add("\nin use bytes     = ")
                                        .add_decimal(now.live_bytes + now.large_live)
                                        .add("\nfree bytes       = ")
                                        .add_decimal(core::free_bytes(now))
                                        .add("\nmetadata bytes   = ")
                                        .add_decimal(now.metadata)
                                        .add("\nmax system bytes = ")
                                        .add_decimal(now.held_peak)
                                        .add("\n")
                                        .view());
}

int malloc_info(int options, FILE* stream) noexcept {
  if (options != 0) return EINVAL;
  return put_document(stream, current()) ? 0 : -1;
}

// glibc keeps `pad` bytes at the top of its heap; ours has no top.
int malloc_trim(std::size_t) noexcept { return core::purge() > 0 ? 1 : 0; }

// The parameters tune glibc's own structures. Accepting what is meant to make
// a program faster is harmless; promising M_PERTURB, which changes contents,
// would be a lie.
int mallopt(int parameter, int) noexcept {
  switch (parameter) {
    case M_MXFAST:
    case M_TRIM_THRESHOLD:
    case M_TOP_PAD:
    case M_MMAP_THRESHOLD:
    case M_MMAP_MAX:
    case M_CHECK_ACTION:
    case M_ARENA_TEST:
    case M_ARENA_MAX:
      return 1;
    default:
      return 0;
  }
}

}  // extern "C"
#pragma GCC visibility pop
