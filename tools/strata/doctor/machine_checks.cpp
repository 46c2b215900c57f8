// One function per fact. docs/doctor.md explains each at length: change both.
#include "doctor/machine_checks.hpp"

#include <fmt/format.h>

#include "quantity.hpp"

namespace strata::tool {
namespace {

constexpr std::uint64_t mib = 1 << 20;

// strata's first region; when it is refused, halves of it are asked for.
constexpr std::uint64_t first_region_bytes = 16 * mib;
// Metadata, one segment, and the program itself: less cannot be worked in.
constexpr std::uint64_t address_bytes_min = 16 * mib;
// About ten of strata's own, and one for each large block whose pages it moved to
// grow it, of which it makes no more than 8,192; twice that for the program.
constexpr std::uint64_t map_count_low = 24'576;

finding ok(const char* check, std::string meaning) {
  return {check, verdict::ok, std::move(meaning), {}};
}

finding note(const char* check, std::string meaning, std::string advice) {
  return {check, verdict::note, std::move(meaning), std::move(advice)};
}

finding check_pages(const machine_facts& facts) {
  return ok("memory", fmt::format("{} in pages of {}", human_bytes(facts.memory_bytes),
                                  human_bytes(facts.page_bytes)));
}

finding check_address_limit(const machine_facts& facts) {
  if (facts.address_limit == SIZE_MAX) {
    return ok("address space", "unlimited: strata reserves its range once, which costs no memory");
  }
  const std::string limit = human_bytes(facts.address_limit);
  if (facts.address_limit < address_bytes_min) {
    return {"address space", verdict::problem,
            fmt::format("limited to {} (RLIMIT_AS), too little for any program", limit),
            "raise it: ulimit -v unlimited"};
  }
  return note("address space",
              fmt::format("limited to {} (RLIMIT_AS): strata maps in small steps, up to it", limit),
              "to limit memory rather than addresses, use STRATA_LIMIT and ulimit -v unlimited");
}

finding check_data_limit(const machine_facts& facts) {
  if (facts.data_limit == SIZE_MAX) return ok("data limit", "none (RLIMIT_DATA)");
  return note("data limit",
              fmt::format("{} of writable memory (RLIMIT_DATA); regions of strata count in full "
                          "when they open",
                          human_bytes(facts.data_limit)),
              "if memory is refused too early: ulimit -d unlimited, and STRATA_LIMIT instead");
}

finding check_guard(const machine_facts& facts) {
  switch (facts.guard) {
    case os::guard_kind::installed:
      return ok("guard pages", "without mappings of their own (MADV_GUARD_INSTALL)");
    case os::guard_kind::protected_:
      return note("guard pages", "by protection, which splits a mapping: the kernel is before 6.13",
                  "nothing: strata's malloc uses no guard pages");
    case os::guard_kind::none:
      return note("guard pages", "refused, maybe by a sandbox",
                  "nothing: strata's malloc uses no guard pages");
  }
  return ok("guard pages", "unknown");
}

finding check_huge_pages(const machine_facts& facts) {
  if (facts.huge_forbidden) {
    return note("huge pages", "forbidden for this process and its children (PR_SET_THP_DISABLE)",
                "nothing, unless a large heap is slow: look who forbids them");
  }
  if (facts.huge_pages.empty()) return ok("huge pages", "the kernel has none");
  const std::string mode = fmt::format("{}, defrag {}", facts.huge_pages, facts.huge_defrag);
  if (facts.huge_pages == "always") {
    return note("huge pages",
                mode + ": the kernel uses them unasked, for fewer faults and more memory",
                "if resident memory matters more: echo madvise > "
                "/sys/kernel/mm/transparent_hugepage/enabled");
  }
  if (facts.huge_pages == "madvise") {
    return ok("huge pages", mode + ": the kernel uses them where a program asks");
  }
  return note("huge pages", mode + ": the kernel uses none for ordinary memory",
              "for large heaps: echo madvise > /sys/kernel/mm/transparent_hugepage/enabled");
}

finding check_map_count(const machine_facts& facts) {
  if (!facts.map_count_max) return ok("mappings", "their limit is unknown");
  const std::string limit = grouped(*facts.map_count_max);
  if (*facts.map_count_max < map_count_low) {
    return note("mappings",
                fmt::format("at most {}; strata may need 8,200 for large blocks that grow", limit),
                "raise it: sysctl vm.max_map_count=65530");
  }
  return ok("mappings",
            fmt::format("at most {}; strata needs about 10, and 8,200 at the very most", limit));
}

finding check_overcommit(const machine_facts& facts) {
  if (!facts.overcommit) return ok("overcommit", "unknown");
  if (*facts.overcommit != 2) {
    return ok("overcommit", *facts.overcommit == 1 ? "always granted (vm.overcommit_memory 1)"
                                                   : "granted by guess (vm.overcommit_memory 0)");
  }
  const std::uint64_t left =
      facts.commit_limit > facts.committed ? facts.commit_limit - facts.committed : 0;
  const std::string meaning = fmt::format(
      "strict (vm.overcommit_memory 2), {} left; regions of strata count in full "
      "when they open",
      human_bytes(left));
  return note("overcommit", meaning,
              left < first_region_bytes
                  ? "little is left: raise vm.overcommit_ratio, or add swap"
                  : "if memory is refused too early: STRATA_REGION_INITIAL=4M, or a higher "
                    "vm.overcommit_ratio");
}

finding check_group(const machine_facts& facts) {
  if (facts.group.limit == SIZE_MAX) return ok("control group", "no limit of memory");
  return note("control group",
              fmt::format("{} of {} in use; at the limit the kernel ends processes",
                          human_bytes(facts.group.usage), human_bytes(facts.group.limit)),
              "to be refused memory instead, set STRATA_LIMIT below what is left");
}

finding check_pressure(const machine_facts& facts) {
  if (facts.pressure_known) return ok("pressure", "the kernel measures it (PSI)");
  return note("pressure", "the kernel does not measure it (PSI is off)",
              "nothing; to have it, boot with psi=1");
}

finding check_layout(const machine_facts& facts) {
  if (facts.randomised) return ok("layout", "addresses differ from run to run (ASLR)");
  return note("layout", "addresses are the same in every run (ASLR is off)",
              "nothing, unless you did not turn it off");
}

finding check_nodes(const machine_facts& facts) {
  if (facts.nodes <= 1) return ok("nodes", "memory is equally near to every processor");
  return note("nodes",
              fmt::format("{} NUMA nodes: the kernel places pages by first touch", facts.nodes),
              "for steady times, keep the program on one: numactl --cpunodebind=0 --membind=0");
}

}  // namespace

findings check_machine_facts(const machine_facts& facts) {
  return {check_pages(facts),      check_address_limit(facts), check_data_limit(facts),
          check_overcommit(facts), check_map_count(facts),     check_huge_pages(facts),
          check_guard(facts),      check_group(facts),         check_pressure(facts),
          check_layout(facts),     check_nodes(facts)};
}

}  // namespace strata::tool
