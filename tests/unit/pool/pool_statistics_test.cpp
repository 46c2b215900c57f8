// The figures add up, the four reports say them, and nothing is kept without the policy.
#include <strata/pool/fixed_pool.hpp>
#include <strata/pool/growing_pool.hpp>
#include <strata/pool/pool_statistics.hpp>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <sstream>
#include <string>
#include <vector>

namespace strata {
namespace {

using counted = growing_pool<long, with_statistics>;

template <class Pool>
concept has_statistics = requires(const Pool& pool) {
  pool.statistics();
};

TEST(pool_statistics, are_there_with_the_policy_only) {
  static_assert(has_statistics<counted>);
  static_assert(!has_statistics<growing_pool<long>>);
  static_assert(sizeof(fixed_pool<long>) < sizeof(fixed_pool<long, with_statistics>));
}

TEST(pool_statistics, count_what_happened) {
  counted pool({.name = "counted", .maximum = 20, .growth = pool_growth::linear(10)});
  std::vector<long*> objects;
  for (int i = 0; i < 15; ++i) objects.push_back(&pool.emplace(i));
  for (int i = 0; i < 5; ++i) {
    pool.release(objects.back());
    objects.pop_back();
  }
  for (int i = 0; i < 10; ++i) objects.push_back(&pool.emplace(i));
  EXPECT_EQ(pool.try_emplace(1), nullptr);
  const pool_statistics now = pool.statistics();
  EXPECT_EQ(now.name, "counted");
  EXPECT_EQ(now.allocations, 25u);
  EXPECT_EQ(now.releases, 5u);
  EXPECT_EQ(now.in_use, 20u);
  EXPECT_EQ(now.peak, 20u);
  EXPECT_EQ(now.capacity, 20u);
  EXPECT_EQ(now.growths, 2u);
  EXPECT_EQ(now.failures, 1u);
  EXPECT_EQ(now.fallbacks, 0u);
  EXPECT_EQ(now.object_bytes, sizeof(long));
  EXPECT_EQ(now.held_bytes, pool.held_bytes());
  EXPECT_DOUBLE_EQ(now.hit_rate(), 23.0 / 26.0);
  for (long* each : objects) pool.release(each);
  EXPECT_EQ(pool.statistics().releases, 25u);
  pool.emplace(1);
  EXPECT_EQ(pool.statistics().peak, 20u) << "a later, smaller use is no peak";
}

TEST(pool_statistics, count_a_batch_that_failed_once) {
  fixed_pool<long, with_statistics> pool({.capacity = 3});
  std::vector<long*> batch(4);
  EXPECT_FALSE(pool.try_allocate_batch(batch));
  EXPECT_EQ(pool.statistics().failures, 1u);
  EXPECT_EQ(pool.statistics().allocations, 0u);
}

pool_statistics sample() {
  return {.name = "a \"b\"\\\n",
          .allocations = 1000,
          .releases = 900,
          .growths = 3,
          .fallbacks = 2,
          .failures = 5,
          .in_use = 100,
          .peak = 400,
          .capacity = 512,
          .object_bytes = 48,
          .held_bytes = 24640};
}

TEST(pool_statistics, a_pool_without_requests_missed_none) {
  EXPECT_EQ(pool_statistics{}.hit_rate(), 1.0);
}

TEST(pool_statistics, json_is_json) {
  std::ostringstream out;
  write_json(out, sample());
  const auto read = nlohmann::json::parse(out.str());
  EXPECT_EQ(read.size(), 12u);
  EXPECT_EQ(read["name"], sample().name);
  EXPECT_EQ(read["allocations"], 1000);
  EXPECT_EQ(read["held_bytes"], 24640);
  EXPECT_NEAR(read["hit_rate"].get<double>(), sample().hit_rate(), 1e-4);
}

TEST(pool_statistics, a_line_a_table_and_keys_say_the_same) {
  pool_statistics figures = sample();
  figures.name = "jobs";
  std::ostringstream line;
  line << std::hex;  // what the program set must not garble figures
  write_line(line, figures);
  EXPECT_EQ(line.str(),
            "jobs: 100 of 512 in use, peak 400, 1000 allocations, 900 releases, 3 growths, "
            "2 fallbacks, 5 failures, hit rate 0.9900\n");
  std::ostringstream keys;
  write_key_values(keys, figures);
  EXPECT_EQ(keys.str(),
            "name=jobs\nallocations=1000\nreleases=900\nin_use=100\npeak=400\ncapacity=512\n"
            "growths=3\nfallbacks=2\nfailures=5\nobject_bytes=48\nheld_bytes=24640\n"
            "hit_rate=0.9900\n");
  std::ostringstream text;
  write_text(text, figures);
  std::istringstream lines(text.str());
  std::string each;
  std::getline(lines, each);
  EXPECT_EQ(each, "pool jobs");
  std::size_t width = 0;
  int count = 0;
  while (std::getline(lines, each)) {
    if (width == 0) width = each.size();
    EXPECT_EQ(each.size(), width) << each;
    ++count;
  }
  EXPECT_EQ(count, 11);
}

}  // namespace
}  // namespace strata
