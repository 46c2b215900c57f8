// The configuration of fibers' memory: contradictions, and what the environment says.
#include <strata/stack/fiber_memory.hpp>

#include <gtest/gtest.h>

#include <cstdlib>
#include <string>
#include <utility>
#include <vector>

namespace strata::test {
namespace {

using problem = fiber_config_problem;

std::variant<fiber_memory_config, fiber_config_error> with(
    const std::vector<const char*>& variables, const fiber_memory_config& config = {}) {
  std::vector<const char*> ended = variables;
  ended.push_back(nullptr);
  return with_variables(config, ended.data());
}

fiber_memory_config applied(const std::vector<const char*>& variables,
                            const fiber_memory_config& config = {}) {
  const auto found = with(variables, config);
  if (const auto* error = std::get_if<fiber_config_error>(&found)) ADD_FAILURE() << error->what();
  return std::get<fiber_memory_config>(found);
}

void expect_refused(const std::vector<const char*>& variables, problem wanted,
                    std::string_view option, const char* what,
                    const fiber_memory_config& config = {}) {
  const auto found = with(variables, config);
  const auto* error = std::get_if<fiber_config_error>(&found);
  ASSERT_NE(error, nullptr) << what;
  EXPECT_EQ(error->problem(), wanted);
  EXPECT_EQ(error->option(), option);
  EXPECT_STREQ(error->what(), what);
}

TEST(fiber_memory_config, the_defaults_are_valid) {
  EXPECT_FALSE(fiber_memory::check({}));
  const fiber_memory_config same = applied({});
  EXPECT_EQ(same.stacks.stack_bytes, 65'536U);
  EXPECT_EQ(same.log_level, fiber_log_level::off);
}

TEST(fiber_memory_config, contradictions_of_the_parts_are_named) {
  const auto expect = [](const fiber_memory_config& config, problem wanted, std::string_view option,
                         const char* what) {
    const auto found = check(config);
    ASSERT_TRUE(found.has_value());
    EXPECT_EQ(found->problem(), wanted);
    EXPECT_EQ(found->option(), option);
    EXPECT_STREQ(found->what(), what);
    EXPECT_THROW(fiber_memory{config}, invalid_fiber_config);
  };
  expect({.stacks = {.stack_bytes = 1000}}, problem::stacks, "stacks.stack_bytes",
         "stacks.stack_bytes: 1000 is less than 16384");
  expect({.stacks = {.prefault = 70'000}}, problem::stacks, "stacks",
         "stacks: prefault: 70000 is more than stack_bytes, 65536");
  expect({.arenas = {.band_bytes_max = 5000}}, problem::arenas, "arenas.band_bytes_max",
         "arenas.band_bytes_max: 5000 is no power of two; the next one is 8192");
  expect({.messages = {.band_bytes_min = 32}}, problem::messages, "messages.band_bytes_min",
         "messages.band_bytes_min: 32 is less than 64");
}

TEST(fiber_memory_config, every_variable_sets_its_own_member) {
  const fiber_memory_config got =
      applied({"STRATA_FIBER_LIMIT=1G", "STRATA_FIBER_STACK_BYTES=32K",
               "STRATA_FIBER_GUARD_PAGES=2", "STRATA_FIBER_STACKS_INITIAL=3",
               "STRATA_FIBER_STACKS_MAX=400", "STRATA_FIBER_STACKS_IDLE_BYTES=5M",
               "STRATA_FIBER_ARENA_BYTES_MIN=8K", "STRATA_FIBER_ARENA_BYTES_MAX=128K",
               "STRATA_FIBER_ARENAS_IDLE_BYTES=6M", "STRATA_FIBER_MESSAGE_BYTES_MIN=128",
               "STRATA_FIBER_MESSAGE_BYTES_MAX=32K", "STRATA_FIBER_MESSAGES_IDLE_BYTES=7M",
               "STRATA_FIBER_LOG_LEVEL=info", "STRATA_LIMIT=1M", "PATH=/bin", "STRATA_FIBER_"});
  EXPECT_EQ(got.limit, std::size_t{1} << 30);
  EXPECT_EQ(got.stacks.stack_bytes, 32'768U);
  EXPECT_EQ(got.stacks.guard_pages, 2U);
  EXPECT_EQ(got.stacks.initial, 3U);
  EXPECT_EQ(got.stacks.maximum, 400U);
  EXPECT_EQ(got.stacks.idle_bytes, 5U << 20);
  EXPECT_EQ(got.arenas.band_bytes_min, 8192U);
  EXPECT_EQ(got.arenas.band_bytes_max, 131'072U);
  EXPECT_EQ(got.arenas.idle_bytes, 6U << 20);
  EXPECT_EQ(got.messages.band_bytes_min, 128U);
  EXPECT_EQ(got.messages.band_bytes_max, 32'768U);
  EXPECT_EQ(got.messages.idle_bytes, 7U << 20);
  EXPECT_EQ(got.log_level, fiber_log_level::info);
}

TEST(fiber_memory_config, the_environment_beats_the_program) {
  const fiber_memory_config program{.name = "server", .stacks = {.canary = true, .maximum = 9}};
  const fiber_memory_config got = applied({"STRATA_FIBER_STACKS_MAX=unlimited"}, program);
  EXPECT_EQ(got.stacks.maximum, SIZE_MAX);
  EXPECT_TRUE(got.stacks.canary);
  EXPECT_EQ(got.name, "server");
}

TEST(fiber_memory_config, a_bad_value_is_named_with_its_key_and_what_is_allowed) {
  const auto bad = [](const char* variable, std::string_view key, const char* what) {
    expect_refused({variable}, problem::bad_value, key, what);
  };
  bad("STRATA_FIBER_STACK_BYTES=12Q", "STRATA_FIBER_STACK_BYTES",
      "STRATA_FIBER_STACK_BYTES: \"12Q\" is not a size (use e.g. 64K, 2M, 1G)");
  bad("STRATA_FIBER_STACK_BYTES=8K", "STRATA_FIBER_STACK_BYTES",
      "STRATA_FIBER_STACK_BYTES: \"8K\" is smaller than 16K");
  bad("STRATA_FIBER_GUARD_PAGES=-1", "STRATA_FIBER_GUARD_PAGES",
      "STRATA_FIBER_GUARD_PAGES: \"-1\" is not a whole number (use e.g. 0, 8, 500)");
  bad("STRATA_FIBER_ARENA_BYTES_MAX=1G", "STRATA_FIBER_ARENA_BYTES_MAX",
      "STRATA_FIBER_ARENA_BYTES_MAX: \"1G\" is larger than 16M");
  bad("STRATA_FIBER_LIMIT=lots", "STRATA_FIBER_LIMIT",
      "STRATA_FIBER_LIMIT: \"lots\" is not a size (use e.g. 64K, 2M, 1G, or unlimited)");
  bad("STRATA_FIBER_LOG_LEVEL=loud", "STRATA_FIBER_LOG_LEVEL",
      "STRATA_FIBER_LOG_LEVEL: \"loud\" is no level (use off, warnings, info or debug)");
}

TEST(fiber_memory_config, an_unknown_key_suggests_the_nearest) {
  expect_refused({"STRATA_FIBER_STACK_BYTE=64K"}, problem::unknown_key, "environment",
                 "environment: STRATA_FIBER_STACK_BYTE is no option of strata; did you mean "
                 "STRATA_FIBER_STACK_BYTES?");
  expect_refused({"STRATA_FIBER_COLOURFULNESS=1"}, problem::unknown_key, "environment",
                 "environment: STRATA_FIBER_COLOURFULNESS is no option of strata");
}

TEST(fiber_memory_config, what_contradicts_the_rest_is_named_by_the_variable_that_set_it) {
  expect_refused({"STRATA_FIBER_STACKS_INITIAL=10"}, problem::stacks, "STRATA_FIBER_STACKS_INITIAL",
                 "STRATA_FIBER_STACKS_INITIAL: 10 is more than the maximum of 9",
                 {.stacks = {.maximum = 9}});
  expect_refused({"STRATA_FIBER_MESSAGE_BYTES_MIN=100"}, problem::messages,
                 "STRATA_FIBER_MESSAGE_BYTES_MIN",
                 "STRATA_FIBER_MESSAGE_BYTES_MIN: 100 is no power of two; the next one is 128");
  expect_refused({"STRATA_FIBER_LOG_LEVEL=off"}, problem::arenas, "arenas.band_bytes_min",
                 "arenas.band_bytes_min: 1 is less than 2048", {.arenas = {.band_bytes_min = 1}});
}

TEST(fiber_memory_config, long_values_keep_the_reason_on_the_line) {
  const std::string variable = "STRATA_FIBER_STACK_BYTES=" + std::string(5000, '9');
  const auto found = with({variable.c_str()});
  const std::string what = std::get<fiber_config_error>(found).what();
  EXPECT_NE(what.find("is not a size"), std::string::npos) << what;
}

TEST(fiber_memory_config, the_process_environment_is_read) {
  ASSERT_EQ(::setenv("STRATA_FIBER_STACK_BYTES", "128K", 1), 0);
  const auto found = with_environment();
  ASSERT_EQ(::unsetenv("STRATA_FIBER_STACK_BYTES"), 0);
  EXPECT_EQ(std::get<fiber_memory_config>(found).stacks.stack_bytes, 131'072U);
}

}  // namespace
}  // namespace strata::test
