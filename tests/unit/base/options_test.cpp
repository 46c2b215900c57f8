// The table of keys: every row is sound, every value survives the way to text and
// back, and everything refused leaves the settings alone and is explained.
#include "base/options.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>
#include <vector>

#include "support/captured_warnings.hpp"

namespace strata::base {
namespace {

using test::captured_warnings;

std::string value_of(const settings& from, std::string_view key) {
  std::array<char, 64> buffer{};
  return std::string(option_value(from, *find_option(key), buffer));
}

std::string refusal_of(std::string_view key, std::string_view value) {
  std::array<char, 200> buffer{};
  return std::string(option_refusal(*find_option(key), value, buffer));
}

// The warnings that an environment causes.
std::string warnings_of(std::vector<const char*> environment, settings& into) {
  environment.push_back(nullptr);
  const captured_warnings captured;
  apply_environment(into, environment.data());
  return captured.text();
}

TEST(parse_size, reads_units_of_1024) {
  EXPECT_EQ(parse_size("0"), 0u);
  EXPECT_EQ(parse_size("64"), 64u);
  EXPECT_EQ(parse_size("64B"), 64u);
  EXPECT_EQ(parse_size("64K"), 64 * kib);
  EXPECT_EQ(parse_size("1M"), mib);
  EXPECT_EQ(parse_size("2g"), 2 * gib);
  EXPECT_EQ(parse_size("3T"), 3 * 1024 * gib);
  EXPECT_EQ(parse_size("5kB"), 5 * kib);
  EXPECT_EQ(parse_size("5KiB"), 5 * kib);
  EXPECT_EQ(parse_size("007"), 7u);
}

TEST(parse_size, refuses_everything_else) {
  for (const char* text : {"", "K", "1.5G", "-1", "+1", " 1", "1 ", "1 M", "1MM", "1Q", "1iB",
                           "0x10", "1Kb2", "KiB", "1Ki", "99999999999999999999", "17179869184G"}) {
    EXPECT_EQ(parse_size(text), std::nullopt) << text;
  }
}

TEST(parse_size, reaches_the_largest_number) {
  EXPECT_EQ(parse_size("18446744073709551615"), SIZE_MAX);
  EXPECT_EQ(parse_size("18446744073709551616"), std::nullopt);
  EXPECT_EQ(parse_size("16777215T"), std::size_t{16777215} << 40);
  EXPECT_EQ(parse_size("16777216T"), std::nullopt);
}

TEST(options, rows_are_sound) {
  std::set<std::string_view> keys;
  for (const option& row : options()) {
    EXPECT_TRUE(keys.insert(row.key).second) << row.key;
    EXPECT_EQ(row.key.find("STRATA_"), 0u);
    EXPECT_FALSE(row.meaning.empty()) << row.key;
    EXPECT_EQ(find_option(row.key), &row);
    const bool number = row.kind == option_kind::size || row.kind == option_kind::count;
    EXPECT_EQ(row.number != nullptr, number) << row.key;
    EXPECT_EQ(row.flag != nullptr, row.kind == option_kind::flag) << row.key;
    EXPECT_EQ(row.path != nullptr, row.kind == option_kind::path) << row.key;
    EXPECT_LE(row.least, row.most) << row.key;
  }
}

TEST(options, defaults_are_accepted_back) {
  const settings defaults;
  for (const option& row : options()) {
    settings changed;
    const std::string value = value_of(defaults, row.key);
    EXPECT_EQ(apply_option(changed, row.key, value), option_result::applied) << row.key << value;
    EXPECT_EQ(value_of(changed, row.key), value) << row.key;
  }
}

struct sample {
  const char* key;
  const char* given;
  const char* shown;
};

TEST(options, every_key_sets_its_own_field_and_no_other) {
  const sample samples[] = {
      {"STRATA_RESERVE", "64G", "64G"},
      {"STRATA_REGION_INITIAL", "4096K", "4M"},
      {"STRATA_REGION_BATCH", "3", "3"},
      {"STRATA_REGION_SHIFT_MAX", "0", "0"},
      {"STRATA_RETAIN_MIN", "1536K", "1536K"},
      {"STRATA_RETAIN_PERCENT", "200", "200"},
      {"STRATA_PURGE_DELAY_MS", "0", "0"},
      {"STRATA_PURGE_THREAD", "on", "1"},
      {"STRATA_LIMIT", "1g", "1G"},
      {"STRATA_REPORT_FILE", "/a b=c", "/a b=c"},
      {"STRATA_REPORT_PID", "4711", "4711"},
  };
  EXPECT_EQ(std::size(samples), options().size());
  for (const sample& one : samples) {
    settings changed;
    ASSERT_EQ(apply_option(changed, one.key, one.given), option_result::applied) << one.key;
    EXPECT_EQ(value_of(changed, one.key), one.shown);
    for (const option& row : options()) {
      if (row.key != one.key) {
        EXPECT_EQ(value_of(changed, row.key), value_of({}, row.key)) << one.key;
      }
    }
  }
}

TEST(options, words_stand_for_the_values_outside_the_range) {
  settings changed;
  changed.limit = mib;
  EXPECT_EQ(apply_option(changed, "STRATA_LIMIT", "Unlimited"), option_result::applied);
  EXPECT_EQ(changed.limit, unlimited);
  changed.reserve = mib;
  EXPECT_EQ(apply_option(changed, "STRATA_RESERVE", "0"), option_result::applied);
  EXPECT_EQ(value_of(changed, "STRATA_RESERVE"), "auto");
}

TEST(options, switches_take_six_words) {
  for (const char* yes : {"1", "true", "on", "TRUE"}) {
    settings changed;
    EXPECT_EQ(apply_option(changed, "STRATA_PURGE_THREAD", yes), option_result::applied);
    EXPECT_TRUE(changed.purge_thread) << yes;
  }
  for (const char* no : {"0", "false", "off", "Off"}) {
    settings changed;
    changed.purge_thread = true;
    EXPECT_EQ(apply_option(changed, "STRATA_PURGE_THREAD", no), option_result::applied);
    EXPECT_FALSE(changed.purge_thread) << no;
  }
}

TEST(options, a_refused_value_changes_nothing_and_says_why) {
  const sample samples[] = {
      {"STRATA_RETAIN_MIN", "12Q", "not a size (use e.g. 64K, 2M, 1G)"},
      {"STRATA_RETAIN_MIN", "", "not a size (use e.g. 64K, 2M, 1G)"},
      {"STRATA_LIMIT", "lots", "not a size (use e.g. 64K, 2M, 1G, or unlimited)"},
      {"STRATA_LIMIT", "0", "smaller than 1M"},
      {"STRATA_REGION_INITIAL", "5M", "not a multiple of 4M"},
      {"STRATA_REGION_INITIAL", "2T", "larger than 1T"},
      {"STRATA_REGION_INITIAL", "0", "smaller than 4M"},
      {"STRATA_REGION_BATCH", "0", "smaller than 1"},
      {"STRATA_REGION_BATCH", "8x", "not a whole number (use e.g. 0, 8, 500)"},
      {"STRATA_PURGE_THREAD", "2", "not a switch (use 0, 1, true, false, on, off)"},
  };
  for (const sample& one : samples) {
    settings changed;
    EXPECT_EQ(apply_option(changed, one.key, one.given), option_result::bad_value) << one.given;
    EXPECT_EQ(value_of(changed, one.key), value_of({}, one.key));
    EXPECT_EQ(refusal_of(one.key, one.given), one.shown);
  }
  EXPECT_EQ(refusal_of("STRATA_LIMIT", "1G"), "");
}

TEST(options, an_unknown_key_is_no_option) {
  settings changed;
  EXPECT_EQ(apply_option(changed, "STRATA_NOTHING", "1"), option_result::unknown_key);
  EXPECT_EQ(apply_option(changed, "strata_limit", "1"), option_result::unknown_key);
}

TEST(option_value, fits_a_short_buffer) {
  std::array<char, 3> buffer{};
  settings from;
  from.retain_percent = 98765;
  EXPECT_EQ(option_value(from, *find_option("STRATA_RETAIN_PERCENT"), buffer), "987");
}

TEST(apply_environment, applies_what_is_good_in_silence) {
  settings changed;
  EXPECT_EQ(
      warnings_of({"HOME=/root", "STRATA_LIMIT=512M", "STRATA", "STRATA_", "STRATA_=1",
                   "STRATA_BROKEN", "=STRATA_X=1", "XSTRATA_LIMIT=1", "STRATA_PURGE_THREAD=on",
                   "STRATA_REPORT_FILE=", "STRATA_FIBER_STACK_BYTES=1"},
                  changed),
      "");
  EXPECT_EQ(changed.limit, 512 * mib);
  EXPECT_TRUE(changed.purge_thread);
}

TEST(apply_environment, accepts_no_environment) {
  settings changed;
  apply_environment(changed, nullptr);
  EXPECT_EQ(changed.limit, unlimited);
}

TEST(has_options, sees_ours_and_nothing_else) {
  const std::array none{"HOME=/root", "STRATA_FIBER_STACK_BYTES=1", "XSTRATA_LIMIT=1",
                        static_cast<const char*>(nullptr)};
  const std::array some{"HOME=/root", "STRATA_LIMTI=1", static_cast<const char*>(nullptr)};
  EXPECT_FALSE(has_options(nullptr));
  EXPECT_FALSE(has_options(none.data()));
  EXPECT_TRUE(has_options(some.data()));
}

TEST(apply_environment, warns_of_a_bad_value) {
  settings changed;
  EXPECT_EQ(
      warnings_of({"STRATA_RETAIN_MIN=12Q"}, changed),
      "strata: warning: STRATA_RETAIN_MIN=\"12Q\" refused: not a size (use e.g. 64K, 2M, 1G); "
      "keeping 2M\n");
  EXPECT_EQ(changed.retain_min, 2 * mib);
}

TEST(apply_environment, keeps_what_the_program_set) {
  settings changed;
  changed.retain_min = 3 * mib;
  EXPECT_NE(warnings_of({"STRATA_RETAIN_MIN=x"}, changed).find("keeping 3M\n"), std::string::npos);
}

TEST(apply_environment, suggests_the_nearest_key) {
  settings changed;
  EXPECT_EQ(warnings_of({"STRATA_RETAINMIN=1M"}, changed),
            "strata: warning: STRATA_RETAINMIN is no option of strata and is ignored; did you mean "
            "STRATA_RETAIN_MIN?\n");
  EXPECT_EQ(
      warnings_of({"STRATA_COFFEE=1M"}, changed),
      "strata: warning: STRATA_COFFEE is no option of strata and is ignored; 'strata options' "
      "lists them\n");
}

TEST(apply_environment, warns_once_per_entry_and_survives_long_ones) {
  const std::string bad_key = std::string("STRATA_").append(5000, 'K').append("=1");
  const std::string bad_value = std::string("STRATA_LIMIT=").append(5000, 'v');
  settings changed;
  const std::string said = warnings_of({bad_key.c_str(), bad_value.c_str()}, changed);
  EXPECT_EQ(std::count(said.begin(), said.end(), '\n'), 2);
  EXPECT_NE(said.find("lists them"), std::string::npos);
  EXPECT_NE(said.find("keeping unlimited"), std::string::npos);
}

}  // namespace
}  // namespace strata::base
