// What strata::logged writes, read and done again by what strata_replay is made of.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <memory_resource>
#include <string>
#include <thread>
#include <unordered_map>
#include <vector>

#include <strata/adaptor/logged.hpp>
#include <strata/adaptor/tracked.hpp>
#include <strata/heap/heap.hpp>

#include "instrument/mapped_resource.hpp"
#include "trace/player.hpp"

namespace strata::trace {
namespace {

class logged_replay : public testing::Test {
 protected:
  ~logged_replay() override { std::filesystem::remove(path_); }

  // What was counted is what is in the trace, and it can be done again.
  void expect_replayed(const usage& counted, bool threads) {
    const recorded_trace trace = read_trace(path_, &memory_);
    EXPECT_EQ(trace.program, "logged_replay");
    EXPECT_FALSE(trace.stopped);
    EXPECT_EQ(trace.events.size(), counted.allocations + counted.deallocations);
    const replay_plan plan = make_plan(trace, threads, &memory_);
    EXPECT_EQ(plan.calls, trace.events.size());
    EXPECT_EQ(plan.odd.unknown_frees, 0u);
    EXPECT_EQ(plan.odd.missed_frees, 0u);
    const replay_result done = play(plan, touch::all, &memory_);
    EXPECT_EQ(done.refused, 0u);
    EXPECT_EQ(done.damaged, 0u);
    EXPECT_EQ(done.checksum != 0, counted.deallocations != 0);
  }

  static void work_on(std::pmr::memory_resource& memory) {
    std::pmr::unordered_map<int, std::pmr::string> words(&memory);
    for (int i = 0; i < 3000; ++i) words[i].assign(static_cast<std::size_t>(i % 300), 'x');
    for (int i = 0; i < 3000; i += 2) words.erase(i);
    memory.deallocate(memory.allocate(1000, 4096), 1000, 4096);
  }

  std::string path_ = testing::TempDir() + "logged_replay." + std::to_string(::getpid());
  bench::mapped_resource memory_;
  heap heap_{{.name = "logged"}};
  tracked<heap, any_thread> counted_{heap_};
};

TEST_F(logged_replay, a_container_workload_is_replayed_call_by_call) {
  {
    trace_writer writer(path_, "logged_replay");
    logged resource(counted_, writer);
    work_on(resource);
  }
  EXPECT_GT(counted_.usage().allocations, 5000u);
  expect_replayed(counted_.usage(), false);
}

TEST_F(logged_replay, threads_are_replayed_as_threads) {
  {
    trace_writer writer(path_, "logged_replay");
    logged resource(counted_, writer);
    std::vector<std::thread> threads;
    for (int i = 0; i < 3; ++i) threads.emplace_back([&] { work_on(resource); });
    for (std::thread& each : threads) each.join();
  }
  expect_replayed(counted_.usage(), true);
}

TEST_F(logged_replay, what_is_flushed_is_replayed_though_blocks_live) {
  trace_writer writer(path_, "logged_replay");
  logged resource(counted_, writer);
  void* const block = resource.allocate(100);
  ASSERT_TRUE(writer.flush());
  expect_replayed(counted_.usage(), false);
  resource.deallocate(block, 100);
}

}  // namespace
}  // namespace strata::trace
