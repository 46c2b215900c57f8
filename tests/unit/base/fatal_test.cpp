// Every diagnosis names itself, says what it knows, and ends the program through
// the hooks; without hooks it still ends.
#include "base/fatal.hpp"

#include <strata/base/detail/diagnosis.hpp>

#include <gtest/gtest.h>

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "support/captured_warnings.hpp"

namespace strata::base {
namespace {

const void* const block = reinterpret_cast<const void*>(std::uintptr_t{0x7f00});

class fatal_death : public testing::Test {
 protected:
  void SetUp() override {
    static constexpr fatal_hooks speaking{
        .write =
            [](std::string_view text) noexcept {
              std::fwrite(text.data(), 1, text.size(), stderr);
            },
        .die = []() noexcept { std::_Exit(77); },
    };
    set_fatal_hooks(&speaking);
  }
  void TearDown() override { set_fatal_hooks(nullptr); }
};

const testing::ExitedWithCode died(77);

TEST_F(fatal_death, names_the_diagnosis) {
  EXPECT_EXIT(fatal("some name", "some cause"), died, "^strata: fatal: some name: some cause\n$");
}

TEST_F(fatal_death, a_failed_check_says_where) {
  EXPECT_EXIT(check(false, "two is one"), died, "broken invariant: two is one .*fatal_test.cpp:");
}

TEST_F(fatal_death, a_passed_check_says_nothing) {
  const test::captured_warnings captured;
  check(true, "fine");
  EXPECT_EQ(captured.text(), "");
}

TEST_F(fatal_death, debug_checks_look_only_in_debug_builds) {
  bool looked = false;
  debug_check([&] { return looked = true; }, "looked");
#ifdef NDEBUG
  EXPECT_FALSE(looked);
#else
  EXPECT_TRUE(looked);
  EXPECT_EXIT(debug_check([] { return false; }, "seen"), died, "broken invariant: seen");
#endif
}

TEST_F(fatal_death, double_free) {
  EXPECT_EXIT(report_double_free(block, 48), died, "double free: .*0x7f00 \\(48 bytes\\)");
}

TEST_F(fatal_death, foreign_free) {
  EXPECT_EXIT(report_foreign_free(block), died, "foreign free: .*0x7f00 was not allocated here");
}

TEST_F(fatal_death, interior_free) {
  EXPECT_EXIT(report_interior_free(block, nullptr, 64), died,
              "interior free: .*0x7f00 lies inside the block at 0x0 \\(64 bytes\\)");
}

TEST_F(fatal_death, misaligned_free) {
  EXPECT_EXIT(report_misaligned_free(block), died, "misaligned free: .*0x7f00 is not 16-byte");
}

TEST_F(fatal_death, free_of_unused) {
  EXPECT_EXIT(report_free_of_unused(block), died, "invalid free: .*0x7f00 lies in memory that");
}

TEST_F(fatal_death, size_mismatch) {
  EXPECT_EXIT(report_size_mismatch(block, 3, 16), died,
              "sized free: .*0x7f00 has 16 usable bytes .* size of 3;");
}

TEST_F(fatal_death, corrupted_link) {
  EXPECT_EXIT(report_corrupted_link(block, 16), died, "corrupted free block: .*0x7f00 \\(16 bytes");
}

TEST_F(fatal_death, wrong_heap) {
  EXPECT_EXIT(report_wrong_heap(block, "cache"), died, "wrong heap: .*0x7f00 .* heap 'cache'");
}

TEST(fatal_hooks_death, ends_the_program_without_hooks) {
  EXPECT_DEATH(fatal("name", "cause"), "");
}

TEST(fatal_hooks_death, public_diagnoses_speak_where_no_part_has_started) {
  EXPECT_DEATH(detail::fatal("name", "cause"), "strata: fatal: name: cause");
}

TEST_F(fatal_death, hooks_are_provided_only_where_none_are_set) {
  static constexpr fatal_hooks late{.write = nullptr, .die = []() noexcept { std::_Exit(1); }};
  provide_fatal_hooks(late);
  EXPECT_EXIT(fatal("name", "cause"), died, "strata: fatal: name: cause");
}

TEST(fatal_hooks_death, ends_the_program_when_die_returns) {
  static constexpr fatal_hooks returning{.write = nullptr, .die = []() noexcept {}};
  set_fatal_hooks(&returning);
  EXPECT_DEATH(fatal("name", "cause"), "");
  set_fatal_hooks(nullptr);
}

TEST(warn, is_one_line_and_goes_on) {
  const test::captured_warnings captured;
  warn("first");
  warn("second");
  EXPECT_EQ(captured.text(), "strata: warning: first\nstrata: warning: second\n");
}

TEST(warn, is_silent_without_hooks) { warn("nobody listens"); }

}  // namespace
}  // namespace strata::base
