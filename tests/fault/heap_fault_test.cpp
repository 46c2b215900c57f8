// A program that uses everything the heap layer has, run again and again: the
// system refuses its first call, then its second, until the program runs through
// without one. Whatever is refused, a request is answered with a block or with
// nullptr, no block loses its contents, all structures agree, and what was freed
// is not charged. Afterwards the system relents, and everything can be had.
#include <algorithm>
#include <cstring>
#include <ostream>
#include <vector>

#include "support/fake_process.hpp"

namespace strata::core {
namespace {

using os = strata::os::fake_os;
using heap = test::fake_process::heap;

class program {
 public:
  explicit program(test::fake_process& process) noexcept : process_(process) {}

  // Every kind of request; what came of it is kept, all in all.
  void run() {
    use_the_process_heap();
    use_heaps_of_its_own();
    use_another_thread();
    resize();
    free_every(3);
    process_->purge();
    os::advance_ns(1'000'000'000);
    process_->purge_aged();
    use_the_process_heap();
    os::fork_prepare();
    os::fork_parent();
    free_every(2);
  }

  [[nodiscard]] bool contents_are_as_they_were() const {
    return std::all_of(kept_.begin(), kept_.end(), holds_its_mark);
  }

  void end() {
    for (heap* each : heaps_) {
      std::erase_if(kept_, [&](const kept& block) { return block.home == each; });
      process_->destroy_heap(*each);
    }
    heaps_.clear();
    free_every(1);
    process_->purge();
  }

  [[nodiscard]] std::size_t refusals() const noexcept { return refusals_; }

 private:
  struct kept {
    std::byte* place;
    std::size_t size;
    std::byte mark;
    heap* home;  // nullptr: the process heap
  };

  void keep(void* block, std::size_t size, heap* home = nullptr) {
    if (block == nullptr) {
      ++refusals_;
      return;
    }
    const auto mark = static_cast<std::byte>(++marks_);
    kept_.push_back({static_cast<std::byte*>(block), size, mark, home});
    put_mark(kept_.back());
  }

  // At both ends: enough to notice what is lost, and cheap enough for thousands of runs.
  static constexpr std::size_t mark_bytes = 512;

  static void put_mark(const kept& block) {
    const std::size_t bytes = std::min(block.size, mark_bytes);
    std::memset(block.place, static_cast<int>(block.mark), bytes);
    std::memset(block.place + block.size - bytes, static_cast<int>(block.mark), bytes);
  }

  static bool holds_its_mark(const kept& block) {
    const std::size_t bytes = std::min(block.size, mark_bytes);
    const auto is_mark = [&](std::byte value) { return value == block.mark; };
    return std::all_of(block.place, block.place + bytes, is_mark) &&
           std::all_of(block.place + block.size - bytes, block.place + block.size, is_mark);
  }

  void keep_zeroed(void* block, std::size_t size, heap* home = nullptr) {
    const auto* const bytes = static_cast<const std::byte*>(block);
    EXPECT_TRUE(block == nullptr || std::all_of(bytes, bytes + size, [](std::byte value) {
                  return value == std::byte{0};
                }));
    keep(block, size, home);
  }

  void use_the_process_heap() {
    for (const std::size_t size : {1u, 100u, 1000u, 9000u, 100'000u, 300'000u, 600'000u}) {
      for (int i = 0; i < 2; ++i) keep(process_->allocate(size), size);
      keep_zeroed(process_->allocate_zeroed(size), size);
      keep(process_->allocate_aligned(size, 4096), size);
    }
    keep(process_->allocate_aligned(100, 4 * base::mib), 100);
    for (int i = 0; i < 50; ++i) keep(process_->allocate(8000), 8000);
  }

  void use_heaps_of_its_own() {
    for (int i = 0; i < 3; ++i) {
      heap* const made = process_->create_heap("fault", 64 * base::mib, nullptr);
      if (made == nullptr) {
        ++refusals_;
        continue;
      }
      for (const std::size_t size : {50u, 5000u, 50'000u, 500'000u}) {
        keep(process_->allocate_from(*made, size, 16), size, made);
        keep_zeroed(process_->allocate_zeroed_from(*made, size), size, made);
      }
      if (i == 1) {
        std::erase_if(kept_, [&](const kept& block) { return block.home == made; });
        process_->destroy_heap(*made);
      } else {
        heaps_.push_back(made);
      }
    }
  }

  void use_another_thread() {
    test::stepping_thread other;
    other.run([this] {
      for (const std::size_t size : {60u, 600u, 60'000u, 600'000u}) {
        keep(process_->allocate(size), size);
        if (!heaps_.empty()) keep(process_->allocate_from(*heaps_[0], size, 16), size, heaps_[0]);
      }
      free_every(4);
    });
  }

  void resize() {
    for (kept& each : kept_) {
      for (const std::size_t size : {each.size * 2, each.size + 700'000, each.size / 2 + 1}) {
        void* const moved = process_->reallocate(each.place, size);
        if (moved == nullptr) {
          ++refusals_;
          continue;
        }
        each.place = static_cast<std::byte*>(moved);
        const std::size_t common = std::min({each.size, size, mark_bytes});
        EXPECT_TRUE(std::all_of(each.place, each.place + common,
                                [&](std::byte value) { return value == each.mark; }));
        each.size = size;
        put_mark(each);
      }
      if (each.size > base::mib) return;  // enough of the large ones
    }
  }

  void free_every(std::size_t step) {
    std::vector<kept> left;
    for (std::size_t i = 0; i < kept_.size(); ++i) {
      if (i % step == 0) {
        process_->deallocate(kept_[i].place);
      } else {
        left.push_back(kept_[i]);
      }
    }
    kept_ = std::move(left);
  }

  test::fake_process& process_;
  std::vector<kept> kept_;
  std::vector<heap*> heaps_;
  std::size_t refusals_ = 0;
  unsigned marks_ = 0;
};

// After `program` ran while the system refused something.
void expect_recovery(test::fake_process& process, program& ran) {
  os::fail_none();
  ASSERT_TRUE(process.invariant());
  ASSERT_TRUE(ran.contents_are_as_they_were());
  ran.end();
  ASSERT_TRUE(process.invariant());
  ASSERT_EQ(process.accounts().root().usage(), 0u);
  program again(process);
  again.run();
  ASSERT_EQ(again.refusals(), 0u) << "not everything can be had again";
  ASSERT_TRUE(again.contents_are_as_they_were());
  again.end();
  ASSERT_TRUE(process.invariant());
  ASSERT_EQ(process.accounts().root().usage(), 0u);
  ASSERT_EQ(process->process_heap().retained(), 0u);
  ASSERT_EQ(os::violations(), std::vector<std::string>{});
}

struct machine {
  const char* name;
  std::size_t address_space_limit;
  bool moves_pages;
};

void PrintTo(const machine& chosen, std::ostream* out) { *out << chosen.name; }

class heap_fault : public testing::TestWithParam<machine> {
 protected:
  // Runs the program with failures chosen by `fail(n)`; returns whether call n was made.
  template <class Fail>
  bool run(std::size_t n, Fail fail) {
    test::fake_process process;
    process.settings().region_initial = 4 * base::mib;
    os::facts().address_space_limit = GetParam().address_space_limit;
    os::facts().moves_pages = GetParam().moves_pages;
    fail(n);
    program tried(process);
    tried.run();
    const bool reached = os::calls() >= n;
    expect_recovery(process, tried);
    return reached;
  }

  static constexpr std::size_t calls_max = 10'000;
};

TEST_P(heap_fault, any_one_refusal_is_survived) {
  std::size_t n = 1;
  while (run(n, os::fail_call) && !HasFatalFailure() && n < calls_max) ++n;
  EXPECT_FALSE(HasFatalFailure()) << "when call " << n << " was refused";
  EXPECT_GT(n, 50u) << "the program asks the system for little";
  EXPECT_LT(n, calls_max);
}

TEST_P(heap_fault, refusal_of_everything_from_any_call_on_is_survived) {
  std::size_t n = 1;
  while (run(n, os::fail_from) && !HasFatalFailure() && n < calls_max) ++n;
  EXPECT_FALSE(HasFatalFailure()) << "when everything from call " << n << " on was refused";
  EXPECT_GT(n, 50u) << "the program asks the system for little";
}

INSTANTIATE_TEST_SUITE_P(machines, heap_fault,
                         testing::Values(machine{"plenty", SIZE_MAX, true},
                                         machine{"limited", base::gib, true},
                                         machine{"unmoving", SIZE_MAX, false}),
                         [](const testing::TestParamInfo<machine>& chosen) {
                           return chosen.param.name;
                         });

}  // namespace
}  // namespace strata::core
