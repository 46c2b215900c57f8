// What all heaps of a process share: the regions, the tables that describe
// granules and segments, memory for structures, the accounts, the settings.
// There is one in production; every test makes its own over the fake OS.
#pragma once

#include <atomic>
#include <cstddef>

#include "account/account.hpp"
#include "heap/huge_advice.hpp"
#include "heap/segment.hpp"
#include "heap/slab.hpp"
#include "os/os.hpp"
#include "region/region.hpp"

namespace strata::core {

// What goes back to the OS goes in calls for at least as much, where there is as much.
inline constexpr std::size_t purge_step_bytes = 4 * granule_bytes;

// Where every pointer leads before the tables exist.
inline constinit slab no_slab{};

template <class Os>
class basic_domain {
 public:
  using slab_table = basic_granule_table<Os, slab>;
  using account_tree = basic_account_tree<Os>;

  constexpr explicit basic_domain(account_tree& tree) noexcept : accounts(tree), slabs(&no_slab) {}
  basic_domain(const basic_domain&) = delete;
  basic_domain& operator=(const basic_domain&) = delete;

  // False when the system refuses what nothing can work without.
  bool start(const base::settings& chosen) noexcept {
    settings = chosen;
    const region_schedule schedule{chosen.region_initial, chosen.region_batch,
                                   chosen.region_shift_max};
    if (!regions.start(schedule, chosen.reserve)) return false;
    if (!slabs.start(regions.window()) || !start_segments()) return false;
    regions.listen({open_records, this});
    start_ns = Os::monotonic_ns();
    return true;
  }

  // The program lowers its limit on address space: what is only reserved, and
  // the tables about it, must not count against it.
  void lower_address_space(std::size_t limit) noexcept {
    const std::size_t before = segment_table_bytes();
    regions.shrink(limit);
    slabs.shrink(regions.window());
    const std::size_t after = segment_table_bytes();
    if (after < before) Os::release(base::advance(segments_, after), before - after);
  }

  [[nodiscard]] segment& segment_at(std::size_t index) const noexcept { return segments_[index]; }
  [[nodiscard]] std::size_t index_of(const segment& which) const noexcept {
    return static_cast<std::size_t>(&which - segments_);
  }
  [[nodiscard]] segment& segment_of(const slab& record) const noexcept {
    return segments_[slabs.granule_of(record) / segment_granules];
  }

  // Memory of the tables' pages that are in use, as far as it is known.
  [[nodiscard]] std::size_t metadata_bytes() const noexcept {
    return metadata.total() + regions.region_count() * Os::page_size() + slabs.committed_bytes();
  }

  account_tree& accounts;
  basic_region_space<Os> regions;
  slab_table slabs;
  basic_metadata<Os> metadata;
  base::settings settings;
  std::uint64_t start_ns = 0;

  // Blocks moved by remapping. A moved range keeps mappings of its own in the
  // kernel's tables, of which a process has 65 530 by default, so moves end long
  // before those do.
  static constexpr std::size_t moves_max = 8192;
  std::atomic<std::size_t> moves{0};

  huge_advice<Os> huge;

 private:
  bool start_segments() noexcept {
    if (segments_ != nullptr) return true;
    const std::size_t bytes = segment_table_bytes();
    void* memory = Os::reserve(bytes, Os::page_size(), os::initial_access::none);
    if (memory == nullptr) return false;
    if (!Os::commit(memory, bytes)) {
      Os::release(memory, bytes);
      return false;
    }
    Os::name_range(memory, bytes, "strata: segments");
    segments_ = static_cast<segment*>(memory);
    return true;
  }

  [[nodiscard]] std::size_t segment_table_bytes() const noexcept {
    const std::size_t count = base::divide_up(regions.window().granules(), segment_granules);
    return base::align_up(count * sizeof(segment), Os::page_size());
  }

  static bool open_records(void* self, granule_run run) noexcept {
    return static_cast<basic_domain*>(self)->slabs.open(run);
  }

  segment* segments_ = nullptr;
};

}  // namespace strata::core
