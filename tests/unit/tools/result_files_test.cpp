// JSON, CSV and HTML hold what was measured.
#include "compare/result_files.hpp"

#include <gmock/gmock.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "compare/ratio_axis.hpp"
#include "synthetic_comparison.hpp"

namespace strata::tool::compare {
namespace {

using testing::HasSubstr;
using testing::Not;

const machine somewhere = {"a <processor>", 2, "Linux 6", "2024-01-01T00:00:00Z"};

TEST(result_json, has_every_run_and_the_scores) {
  const auto json = result_json(synthetic_comparison(), somewhere);
  EXPECT_EQ(json["kind"], "strata.compare");
  EXPECT_EQ(json["schema_version"], result_schema_version);
  EXPECT_EQ(json["allocators"][0]["library"], nullptr);
  const auto& strata = json["workloads"][0]["results"][1];
  EXPECT_EQ(strata["allocator"], "strata");
  EXPECT_EQ(strata["runs"].size(), 5);
  EXPECT_EQ(strata["runs"][0]["peak_bytes"], 3 << 20);
  EXPECT_EQ(strata["figures"]["elapsed_s"]["ratio"], 0.5);
  EXPECT_EQ(strata["figures"]["elapsed_s"]["beyond_noise"], true);
  EXPECT_FALSE(json.contains("score"));
}

TEST(result_json, of_a_suite_has_ratios_and_means) {
  const auto json = result_json(synthetic_suite(), somewhere);
  EXPECT_EQ(json["score"]["against"], "best peer");
  EXPECT_EQ(json["score"]["workloads"][0]["ratios"]["glibc"]["time"], 4);
  EXPECT_EQ(json["score"]["workloads"][1]["ratios"]["tbb"], nullptr);
  EXPECT_EQ(json["score"]["means"]["tbb"]["excluded"], 1);
  EXPECT_EQ(json["workloads"][2]["not_here"], "not here: redis-server");
  EXPECT_EQ(json["workloads"][1]["results"][3]["runs"][4]["failure"], "exit code 3");
  EXPECT_EQ(json["workloads"][1]["results"][3]["runs"][4]["time"], nullptr);
}

TEST(result_csv, has_a_row_per_run_and_quotes_what_must_be) {
  comparison all = synthetic_suite();
  all.workloads[1].contenders[3].runs[4].failure = "said \"no\", then ended";
  const std::string text = result_csv(all);
  EXPECT_EQ(std::ranges::count(text, '\n'), 1 + 8 * 5);
  EXPECT_THAT(text, HasSubstr("workload,allocator,round,failure,elapsed_s,user_s,system_s,"
                              "peak_bytes,minor_faults,major_faults,time\n"));
  EXPECT_THAT(text, HasSubstr("one,glibc,2,,4,2,0,1048576,256,0,4\n"));
  EXPECT_THAT(text, HasSubstr("two,tbb,4,\"said \"\"no\"\", then ended\","));
}

TEST(result_html, stands_alone_and_escapes) {
  for (const comparison& all : {synthetic_comparison(), synthetic_suite()}) {
    const std::string text = result_html(all, somewhere);
    EXPECT_THAT(text, HasSubstr("<svg"));
    EXPECT_THAT(text, HasSubstr("a &lt;processor&gt;"));
    EXPECT_THAT(text, HasSubstr("prefers-color-scheme: dark"));
    EXPECT_THAT(text, Not(testing::ContainsRegex("https?://|src=|url\\(|<script")));
    EXPECT_THAT(text, Not(HasSubstr("nan")));
  }
  EXPECT_THAT(result_html(synthetic_comparison(), somewhere), HasSubstr("program a&lt;b"));
}

TEST(result_html, has_a_dot_for_each_run_and_a_name_for_each_allocator) {
  const std::string text = result_html(synthetic_comparison(), somewhere);
  const auto count = [&](const std::string& what) {
    std::size_t found = 0;
    for (std::size_t at = 0; (at = text.find(what, at)) != std::string::npos; ++at) ++found;
    return found;
  };
  EXPECT_EQ(count("class=\"dot\""), 15);
  EXPECT_EQ(count("class=\"whole\""), 3);
  EXPECT_EQ(count("class=\"name\""), 3);
}

TEST(result_html, survives_a_reference_that_failed) {
  comparison all = synthetic_comparison();
  all.workloads[0].contenders[0].runs.clear();
  EXPECT_THAT(result_html(all, somewhere), HasSubstr("<td>failed</td>"));
}

TEST(ratio_axis, is_logarithmic_and_covers_one) {
  const ratio_axis axis({2.0, 4.0}, 0, 100);
  EXPECT_NEAR(axis.at(2) - axis.at(1), axis.at(4) - axis.at(2), 1e-9);
  EXPECT_GE(axis.at(1), 0);
  EXPECT_LE(axis.at(4), 100);
  const std::vector<double> ticks = axis.ticks(20);
  EXPECT_THAT(ticks, testing::Contains(1));
  for (std::size_t i = 1; i < ticks.size(); ++i) {
    EXPECT_GE(axis.at(ticks[i]) - axis.at(ticks[i - 1]), 20 - 1e-9);
  }
}

}  // namespace
}  // namespace strata::tool::compare
