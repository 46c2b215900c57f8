// Stacks, arenas and messages under one account, in one snapshot, and what is said.
#include <strata/stack/fiber_memory.hpp>

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

#include <chrono>
#include <sstream>
#include <string>
#include <vector>

namespace strata::test {
namespace {

using nlohmann::json;

// Keeps the lines that it gets.
struct notes {
  std::vector<std::string> lines;

  static void write(void* context, std::string_view line) noexcept {
    static_cast<notes*>(context)->lines.emplace_back(line);
  }
  [[nodiscard]] fiber_memory_config at(fiber_log_level level) {
    return {.name = "noted",
            .stacks = {.maximum = 1, .idle_time = std::chrono::milliseconds{0}},
            .log_level = level,
            .log = &write,
            .log_context = this};
  }
};

TEST(fiber_memory, the_parts_stand_below_one_account) {
  fiber_memory memory({.name = "all fibers"});
  const stack one = memory.stacks().get();
  {
    const fiber_arena own = memory.arenas().get();
    const message_buffer out = memory.messages().get(1000);
    EXPECT_EQ(memory.account().usage(), memory.stacks().account().usage() +
                                            memory.arenas().account()->usage() +
                                            memory.messages().account()->usage());
    EXPECT_EQ(memory.stacks().account().parent(), memory.account());
    EXPECT_GE(memory.account().usage(), 2U * 65'536);
  }
  memory.stacks().put(one);
  const std::size_t held = memory.account().usage();
  EXPECT_EQ(memory.trim(), held);
  EXPECT_EQ(memory.account().usage(), 0U);
  EXPECT_EQ(memory.trim(), 0U);
}

TEST(fiber_memory, one_limit_holds_all_parts) {
  fiber_memory memory({.limit = 196'608});
  const fiber_arena own = memory.arenas().get();
  const message_buffer out = memory.messages().get(1);
  const stack one = memory.stacks().get();
  EXPECT_FALSE(memory.stacks().try_get());
  EXPECT_FALSE(memory.arenas().try_get(60'000));
  EXPECT_FALSE(memory.messages().try_get(60'000));
  EXPECT_EQ(memory.statistics().refused(), 3U);
  memory.stacks().put(one);
}

TEST(fiber_memory, a_part_may_stand_elsewhere) {
  account elsewhere({.name = "elsewhere"});
  fiber_memory memory({.messages = {.name = "mail", .parent = &elsewhere}});
  const message_buffer out = memory.messages().get(1);
  EXPECT_EQ(elsewhere.usage(), memory.messages().account()->usage());
  EXPECT_EQ(memory.account().usage(), 0U);
}

TEST(fiber_memory, figures_add_up) {
  fiber_memory memory({.name = "figures", .limit = 10 << 20});
  const stack one = memory.stacks().get();
  memory.stacks().put(memory.stacks().get());
  const fiber_arena own = memory.arenas().get(5000);
  const fiber_memory_statistics now = memory.statistics();
  EXPECT_EQ(now.name, "figures");
  EXPECT_EQ(now.limit, 10U << 20);
  EXPECT_EQ(now.held_bytes, 3U * 65'536);
  EXPECT_EQ(now.peak_bytes, 3U * 65'536);
  EXPECT_EQ(now.active_bytes(), 65'536U + 8192);
  EXPECT_DOUBLE_EQ(now.fragmentation(), 1 - (65'536.0 + 8192) / 196'608);
  EXPECT_DOUBLE_EQ(as_band(now.stacks).fragmentation(), 0.5);
  EXPECT_DOUBLE_EQ(fiber_memory_statistics{}.fragmentation(), 0);
  memory.stacks().put(one);
}

// -- Reports ------------------------------------------------------------------------

TEST(fiber_memory, the_text_has_a_line_for_each_band_that_was_used) {
  fiber_memory memory({.name = "text"});
  const fiber_arena own = memory.arenas().get();
  const message_buffer out = memory.messages().get(131'072 - 64);
  std::ostringstream text;
  text << std::hex;
  EXPECT_EQ(&write_text(text, memory.statistics()), &text);
  const std::string held = std::to_string(65'536 + memory.messages().account()->usage());
  EXPECT_EQ(text.str().substr(0, text.str().find('\n')),
            "text: " + held + " bytes held, peak " + held +
                ", no limit, fragmentation 0.3125; in use: 0 stacks, 1 arenas, 1 messages; "
                "0 refused");
  std::vector<std::string> lines;
  std::istringstream in(text.str());
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  ASSERT_EQ(lines.size(), 5U);
  EXPECT_EQ(lines[3],
            "arenas              4096             1            15             1             1"
            "         65536        0.9375");
  EXPECT_EQ(lines[4].substr(0, 24), "messages           apart");
}

TEST(fiber_memory, the_json_has_all_figures) {
  fiber_memory memory({.name = "a \"b\"\n", .limit = 1 << 20});
  const fiber_arena own = memory.arenas().get(10'000);
  std::ostringstream text;
  text << std::hex;
  write_json(text, memory.statistics());
  const json all = json::parse(text.str());
  EXPECT_EQ(all["name"], "a \"b\"\n");
  EXPECT_EQ(all["held_bytes"], 65'536);
  EXPECT_EQ(all["limit"], 1 << 20);
  EXPECT_EQ(all["fragmentation"], 0.75);
  EXPECT_EQ(all["stacks"]["bytes"], 65'536);
  EXPECT_EQ(all["arenas"]["active"], 1);
  EXPECT_EQ(all["arenas"]["bands"].size(), 5U);
  EXPECT_EQ(all["arenas"]["bands"][2]["bytes"], 16'384);
  EXPECT_EQ(all["arenas"]["bands"][2]["idle"], 3);
  EXPECT_EQ(all["messages"]["bands"].size(), 9U);
  EXPECT_EQ(all["messages"]["apart"]["held_bytes"], 0);
  fiber_memory_statistics without = memory.statistics();
  without.limit = SIZE_MAX;
  std::ostringstream again;
  write_json(again, without);
  EXPECT_TRUE(json::parse(again.str())["limit"].is_null());
}

// -- Lines ----------------------------------------------------------------------------

TEST(fiber_memory, off_says_nothing) {
  notes all;
  fiber_memory memory(all.at(fiber_log_level::off));
  const stack one = memory.stacks().get();
  (void)memory.stacks().try_get();
  memory.stacks().put(one);
  memory.tick();
  EXPECT_TRUE(all.lines.empty());
}

TEST(fiber_memory, warnings_tell_of_refusals_once) {
  notes all;
  fiber_memory memory(all.at(fiber_log_level::warnings));
  const stack one = memory.stacks().get();
  memory.tick();
  EXPECT_TRUE(all.lines.empty());
  (void)memory.stacks().try_get();
  (void)memory.stacks().try_get();
  memory.tick();
  memory.tick();
  ASSERT_EQ(all.lines.size(), 1U);
  EXPECT_EQ(all.lines[0].find("2 requests refused; noted: 65536 bytes held"), 0U) << all.lines[0];
  memory.stacks().put(one);
}

TEST(fiber_memory, info_tells_of_the_begin_and_the_end) {
  notes all;
  { const fiber_memory memory(all.at(fiber_log_level::info)); }
  ASSERT_EQ(all.lines.size(), 2U);
  EXPECT_EQ(all.lines[0].find("begin; noted: 0 bytes held"), 0U);
  EXPECT_EQ(all.lines[1].find("end; noted: 0 bytes held"), 0U);
  EXPECT_EQ(all.lines[1].back(), 'd') << "the line has no end of its own";
}

TEST(fiber_memory, debug_tells_of_ticks_that_do_something) {
  notes all;
  fiber_memory memory(all.at(fiber_log_level::debug));
  memory.stacks().put(memory.stacks().get());
  all.lines.clear();
  while (memory.stacks().statistics().idle != 0) memory.tick();
  ASSERT_EQ(all.lines.size(), 1U);
  EXPECT_EQ(all.lines[0].find("tick; noted: 0 bytes held, peak 65536"), 0U) << all.lines[0];
}

TEST(fiber_memory, lines_go_to_standard_error_by_default) {
  testing::internal::CaptureStderr();
  { const fiber_memory memory({.name = "plain", .log_level = fiber_log_level::info}); }
  const std::string said = testing::internal::GetCapturedStderr();
  EXPECT_EQ(said.find("strata: begin; plain: 0 bytes held"), 0U) << said;
  EXPECT_NE(said.find("\nstrata: end; plain: "), std::string::npos) << said;
}

TEST(fiber_memory, the_shared_one_has_shared_parts) {
  shared_fiber_memory memory;
  const shared_fiber_arena own = memory.arenas().get();
  const message_slice sent = memory.messages().get(10).share();
  const stack one = memory.stacks().get();
  EXPECT_EQ(memory.statistics().arenas.active + memory.statistics().messages.active +
                memory.statistics().stacks.active,
            3U);
  memory.stacks().put(one);
}

}  // namespace
}  // namespace strata::test
