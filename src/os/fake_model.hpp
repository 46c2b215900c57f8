// The state behind fake_os, and the two questions every call asks of it: is
// the call allowed by the contract, and does the test want it refused?
//
// Invariant: guards ⊆ committed ⊆ reserved, and all hold whole pages.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "base/base.hpp"
#include "os/fake.hpp"
#include "os/fake_intervals.hpp"

namespace strata::os {

struct page_range {
  page_range(const void* from, std::size_t bytes)
      : begin(reinterpret_cast<std::uintptr_t>(from)), end(begin + bytes) {}

  std::uintptr_t begin;
  std::uintptr_t end;
};

struct fake_model {
  // That of the process.
  [[nodiscard]] static fake_model& instance();

  std::mutex lock;
  std::condition_variable time_or_word_changed;

  fake_facts facts;
  call_counts counts;
  std::size_t calls = 0;
  std::size_t fail_first = 0;  // refusable calls in [fail_first, fail_last] are refused
  std::size_t fail_last = 0;   // numbers start at 1

  std::map<std::uintptr_t, std::size_t> reservations;  // start to bytes
  interval_set reserved;
  interval_set committed;
  interval_set guards;

  std::uint64_t clock_ns = 1'000'000'000;
  std::uint64_t chance = 0;
  std::size_t resident_peak = 0;

  void (*exit_hook)() noexcept = nullptr;
  std::set<std::uintptr_t> hooked_threads;
  std::vector<fork_hooks> forks;
  std::vector<void (*)() noexcept> started;

  std::string errors;
  std::vector<std::string> violations;

  // Counts a refusable call; true when the test wants it refused.
  [[nodiscard]] bool refuses() {
    ++calls;
    return calls >= fail_first && calls <= fail_last;
  }

  // Records a violation unless `ok`; returns `ok`.
  bool expect(bool ok, const char* what, page_range range) {
    if (!ok) {
      base::text<256> line;
      line.add(what).add(": [").add_hex(range.begin).add(", ").add_hex(range.end).add(")");
      violations.emplace_back(line.view());
    }
    return ok;
  }

  [[nodiscard]] bool expect_pages(const char* what, page_range range) {
    const std::size_t page = linux_os::page_size();
    return expect(range.begin < range.end && base::is_aligned(range.begin, page) &&
                      base::is_aligned(range.end, page),
                  what, range);
  }

  // A range of whole pages, all reserved.
  [[nodiscard]] bool expect_reserved(const char* what, page_range range) {
    return expect_pages(what, range) &&
           expect(reserved.contains(range.begin, range.end), what, range);
  }

  // A range of whole pages, all committed.
  [[nodiscard]] bool expect_committed(const char* what, page_range range) {
    return expect_pages(what, range) &&
           expect(committed.contains(range.begin, range.end), what, range);
  }

  // A guard must be removed before anything else changes its access.
  [[nodiscard]] bool expect_unguarded(const char* what, page_range range) {
    return expect(!guards.intersects(range.begin, range.end), what, range);
  }

  void forget(page_range range) {
    reserved.remove(range.begin, range.end);
    committed.remove(range.begin, range.end);
    guards.remove(range.begin, range.end);
  }
};

}  // namespace strata::os
