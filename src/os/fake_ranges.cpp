// See fake.hpp: ranges. Each call does the same steps in the same order: count it,
// check the caller's side of the contract, ask whether the test wants it
// refused, then pass it on to the real system and record what changed.
#include "os/fake.hpp"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>

#include "os/fake_model.hpp"
#include "os/linux_syscall.hpp"

namespace strata::os {
namespace {

using guard = std::lock_guard<std::mutex>;

fake_model& model() { return fake_model::instance(); }

bool room_for(const fake_model& m, std::size_t bytes) {
  const std::size_t used = m.reserved.bytes();
  return used <= m.facts.address_space_limit && bytes <= m.facts.address_space_limit - used;
}

void record_reservation(fake_model& m, page_range range) {
  m.reservations.emplace(range.begin, range.end - range.begin);
  m.reserved.add(range.begin, range.end);
}

std::size_t resident_bytes_of(std::uintptr_t begin, std::uintptr_t end) {
  const std::size_t page = linux_os::page_size();
  std::vector<unsigned char> present(std::size_t{1} << 16);
  std::size_t pages = 0;
  while (begin < end) {
    const std::size_t step = std::min<std::size_t>(end - begin, present.size() * page);
    if (linux_kernel::succeeds(SYS_mincore, begin, step, present.data())) {
      for (std::size_t i = 0; i < step / page; ++i) pages += present[i] & 1U;
    }
    begin += step;
  }
  return pages * page;
}

std::size_t measure_resident(fake_model& m) {
  std::size_t total = 0;
  for (const auto& [begin, end] : m.committed) total += resident_bytes_of(begin, end);
  m.resident_peak = std::max(m.resident_peak, total);
  return total;
}

// Where the kernel cannot move pages, the model still can: tests of the layers
// above must not depend on the machine.
void move_by_copy(void* from, void* to, std::size_t bytes) {
  std::memcpy(to, from, bytes);
  linux_os::decommit(from, bytes, decommit_mode::immediate);
}

void populate_by_touch(void* range, std::size_t bytes) {
  for (std::size_t at = 0; at < bytes; at += linux_os::page_size()) {
    auto* const byte = reinterpret_cast<volatile std::byte*>(base::advance(range, at));
    *byte = *byte;
  }
}

// A hint: counted, checked, refusable, without effect on the model.
bool hint(std::size_t call_counts::*count, const char* what, page_range range) {
  fake_model& m = model();
  const guard hold(m.lock);
  ++(m.counts.*count);
  return m.expect_reserved(what, range) && !m.refuses();
}

}  // namespace

void* fake_os::reserve(std::size_t bytes, std::size_t alignment, initial_access access) noexcept {
  fake_model& m = model();
  const guard hold(m.lock);
  ++m.counts.reserve;
  const bool allowed = m.expect_pages("reserve of a broken page", {nullptr, bytes}) &&
                       m.expect(base::is_power_of_two(alignment) && alignment >= page_size(),
                                "reserve with a bad alignment", {nullptr, alignment});
  if (!allowed || m.refuses() || !room_for(m, bytes)) return nullptr;
  void* const range = linux_os::reserve(bytes, alignment, access);
  if (range != nullptr) record_reservation(m, {range, bytes});
  return range;
}

bool fake_os::reserve_at(void* range, std::size_t bytes, initial_access access) noexcept {
  fake_model& m = model();
  const guard hold(m.lock);
  ++m.counts.reserve;
  const page_range pages(range, bytes);
  if (!m.expect_pages("reserve_at of a broken page", pages)) return false;
  if (m.refuses() || !room_for(m, bytes)) return false;
  if (!linux_os::reserve_at(range, bytes, access)) return false;
  record_reservation(m, pages);
  return true;
}

void fake_os::release(void* range, std::size_t bytes) noexcept {
  fake_model& m = model();
  const guard hold(m.lock);
  ++m.counts.release;
  const page_range pages(range, bytes);
  const auto after = m.reservations.lower_bound(pages.end);
  const auto found = after == m.reservations.begin() ? after : std::prev(after);
  const bool end_of_one = found != m.reservations.end() && found->first <= pages.begin &&
                          found->first + found->second == pages.end;
  if (!m.expect(end_of_one, "release of what is not the end of a reservation", pages)) return;
  found->second -= bytes;
  if (found->second == 0) m.reservations.erase(found);
  m.forget(pages);
  linux_os::release(range, bytes);
}

bool fake_os::commit(void* range, std::size_t bytes) noexcept {
  fake_model& m = model();
  const guard hold(m.lock);
  ++m.counts.commit;
  const page_range pages(range, bytes);
  const bool allowed = m.expect_reserved("commit of what is not reserved", pages) &&
                       m.expect_unguarded("commit over a guard", pages);
  if (!allowed || m.refuses() || !linux_os::commit(range, bytes)) return false;
  m.committed.add(pages.begin, pages.end);
  m.counts.bytes_committed += bytes;
  return true;
}

bool fake_os::decommit(void* range, std::size_t bytes, decommit_mode mode) noexcept {
  fake_model& m = model();
  const guard hold(m.lock);
  ++m.counts.decommit;
  if (!m.expect_committed("decommit of what is not committed", {range, bytes})) return false;
  if (m.refuses() || !linux_os::decommit(range, bytes, mode)) return false;
  m.counts.bytes_decommitted += bytes;
  return true;
}

bool fake_os::protect(void* range, std::size_t bytes) noexcept {
  fake_model& m = model();
  const guard hold(m.lock);
  ++m.counts.protect;
  const page_range pages(range, bytes);
  const bool allowed = m.expect_reserved("protect of what is not reserved", pages) &&
                       m.expect_unguarded("protect over a guard", pages);
  if (!allowed || m.refuses() || !linux_os::protect(range, bytes)) return false;
  m.committed.remove(pages.begin, pages.end);
  return true;
}

guard_kind fake_os::install_guard(void* range, std::size_t bytes) noexcept {
  fake_model& m = model();
  const guard hold(m.lock);
  ++m.counts.install_guard;
  const page_range pages(range, bytes);
  if (!m.expect_committed("guard in what is not committed", pages)) return guard_kind::none;
  if (m.refuses() || m.facts.guard == guard_kind::none) return guard_kind::none;
  guard_kind kind = m.facts.guard;
  if (kind == guard_kind::installed) {
    kind = linux_os::install_guard(range, bytes);
  } else {
    linux_os::decommit(range, bytes, decommit_mode::immediate);
    if (!linux_os::protect(range, bytes)) kind = guard_kind::none;
  }
  if (kind != guard_kind::none) m.guards.add(pages.begin, pages.end);
  return kind;
}

bool fake_os::remove_guard(void* range, std::size_t bytes) noexcept {
  fake_model& m = model();
  const guard hold(m.lock);
  ++m.counts.remove_guard;
  const page_range pages(range, bytes);
  const bool guarded = m.expect_pages("remove_guard of a broken page", pages) &&
                       m.expect(m.guards.contains(pages.begin, pages.end),
                                "remove_guard where there is none", pages);
  if (!guarded || m.refuses() || !linux_os::remove_guard(range, bytes)) return false;
  m.guards.remove(pages.begin, pages.end);
  return true;
}

bool fake_os::move_pages(void* from, void* to, std::size_t bytes) noexcept {
  fake_model& m = model();
  const guard hold(m.lock);
  ++m.counts.move_pages;
  const page_range source(from, bytes);
  const page_range target(to, bytes);
  const bool allowed = m.expect_committed("move from what is not committed", source) &&
                       m.expect_committed("move to what is not committed", target) &&
                       m.expect_unguarded("move of a guard", source) &&
                       m.expect_unguarded("move onto a guard", target) &&
                       m.expect(source.end <= target.begin || target.end <= source.begin,
                                "move onto itself", target);
  if (!allowed || m.refuses() || !m.facts.moves_pages) return false;
  if (!linux_os::move_pages(from, to, bytes)) move_by_copy(from, to, bytes);
  m.counts.bytes_moved += bytes;
  return true;
}

bool fake_os::populate(void* range, std::size_t bytes) noexcept {
  fake_model& m = model();
  const guard hold(m.lock);
  ++m.counts.populate;
  const page_range pages(range, bytes);
  const bool allowed = m.expect_committed("populate of what is not committed", pages) &&
                       m.expect_unguarded("populate over a guard", pages);
  if (!allowed || m.refuses()) return false;
  if (!linux_os::populate(range, bytes)) populate_by_touch(range, bytes);
  m.counts.bytes_populated += bytes;
  return true;
}

bool fake_os::advise_huge(void* range, std::size_t bytes, bool) noexcept {
  return hint(&call_counts::advise_huge, "advise_huge of what is not reserved", {range, bytes});
}

bool fake_os::collapse_huge(void* range, std::size_t bytes) noexcept {
  return hint(&call_counts::collapse_huge, "collapse_huge of what is not reserved", {range, bytes});
}

bool fake_os::name_range(void* range, std::size_t bytes, const char*) noexcept {
  return hint(&call_counts::name_range, "name of what is not reserved", {range, bytes});
}

bool fake_os::exclude_from_dump(void* range, std::size_t bytes) noexcept {
  return hint(&call_counts::exclude_from_dump, "exclusion of what is not reserved", {range, bytes});
}

bool fake_os::lock_in_memory(void* range, std::size_t bytes) noexcept {
  fake_model& m = model();
  const guard hold(m.lock);
  ++m.counts.lock_in_memory;
  const page_range pages(range, bytes);
  const bool allowed = m.expect_committed("lock of what is not committed", pages) &&
                       m.expect_unguarded("lock over a guard", pages);
  if (!allowed || m.refuses()) return false;
  populate_by_touch(range, bytes);
  return true;
}

bool fake_os::bind_to_node(void* range, std::size_t bytes, int node) noexcept {
  return hint(&call_counts::bind_to_node, "binding of what is not reserved", {range, bytes}) &&
         node == numa_node_of(range);
}

// -- What is in memory ----------------------------------------------------------

std::size_t fake_os::resident_bytes() noexcept {
  const guard hold(model().lock);
  return measure_resident(model());
}

std::size_t fake_os::resident_peak_bytes() noexcept {
  const guard hold(model().lock);
  measure_resident(model());
  return model().resident_peak;
}

}  // namespace strata::os
