// What is measured of a program: how it ended, what it and its descendants used, and
// nothing of ours.
#include "compare/launcher.hpp"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <thread>

#include "snapshot_file.hpp"
#include "support/sanitized.hpp"

namespace strata::tool::compare {
namespace {

using namespace std::chrono_literals;

constexpr std::uint64_t mebibyte = 1 << 20;

program_start shell(const std::string& command) {
  program_start what;
  what.file = "/bin/sh";
  what.command = {"sh", "-c", command};
  what.environment = {"PATH=/usr/bin:/bin", "GREETING=hello"};
  return what;
}

ended_program run(const launcher& programs, const program_start& what) {
  return programs.wait(std::get<pid_t>(programs.start(what)));
}

std::string read_all(const std::filesystem::path& file) {
  std::ifstream in(file);
  return {std::istreambuf_iterator<char>(in), {}};
}

TEST(launcher, tells_how_a_program_ended) {
  const launcher programs;
  EXPECT_EQ(WEXITSTATUS(run(programs, shell("exit 7")).status), 7);
  const int killed = run(programs, shell("kill -SEGV $$")).status;
  ASSERT_TRUE(WIFSIGNALED(killed));
  EXPECT_EQ(WTERMSIG(killed), SIGSEGV);
}

TEST(launcher, gives_a_program_what_was_asked_for) {
  const scratch_directory scratch;
  const launcher programs;
  std::ofstream(scratch.path() / "in") << "from a file\n";
  program_start what = shell("pwd; cat; echo $GREETING; echo told >&2");
  what.directory = scratch.path();
  what.input = scratch.path() / "in";
  what.output = scratch.path() / "out";
  EXPECT_EQ(run(programs, what).status, 0);
  EXPECT_EQ(read_all(what.output), scratch.path().native() + "\nfrom a file\nhello\ntold\n");
}

TEST(launcher, passes_on_why_exec_refused) {
  const launcher programs;
  program_start what = shell("");
  what.file = "/no/such/program";
  EXPECT_EQ(std::get<refused_launch>(programs.start(what)).error, ENOENT);
  what.file = "/etc/passwd";
  EXPECT_EQ(std::get<refused_launch>(programs.start(what)).error, EACCES);
  EXPECT_EQ(run(programs, shell("exit 3")).status, 3 << 8);  // it goes on
}

TEST(launcher, a_small_program_is_not_charged_with_a_large_starter) {
  if (test::sanitized) GTEST_SKIP() << "the launcher inherits the shadow memory";
  const launcher programs;
  const auto large = std::make_unique<char[]>(200 * mebibyte);
  std::memset(large.get(), 1, 200 * mebibyte);
  const ended_program ended = run(programs, shell("exit 0"));
  EXPECT_LT(ended.used.peak_bytes, 8 * mebibyte);
  EXPECT_LT(programs.floor_bytes(), 4 * mebibyte);
  EXPECT_GE(ended.used.peak_bytes, programs.floor_bytes());
}

// Holds `mebibytes` in one process, by the shell's own variable.
std::string holder(int mebibytes) {
  return "x=$(head -c " + std::to_string(mebibytes * 1048576) + " /dev/zero | tr \"\\0\" x); ";
}

TEST(launcher, the_peak_is_of_the_largest_process_that_was_waited_for) {
  const launcher programs;
  const auto child = run(programs, shell("sh -c '" + holder(24) + "'; :")).used.peak_bytes;
  EXPECT_GT(child, 24 * mebibyte);
  const auto two =
      run(programs, shell("sh -c '" + holder(24) + "'; sh -c '" + holder(24) + "'; :"));
  EXPECT_LT(two.used.peak_bytes, child + 16 * mebibyte);  // not their sum
}

TEST(launcher, times_include_descendants_that_were_waited_for) {
  const launcher programs;
  const auto used =
      run(programs, shell("sh -c 'i=0; while [ $i -lt 300000 ]; do i=$((i+1)); done'; :")).used;
  EXPECT_GT(used.user_s + used.system_s, 0);
  EXPECT_GT(used.elapsed_s, 0);
  EXPECT_GT(used.minor_faults, 0);
}

TEST(launcher, waits_no_longer_than_asked) {
  const launcher programs;
  const auto program = std::get<pid_t>(programs.start(shell("sleep 60")));
  EXPECT_FALSE(programs.wait(program, 1ms).has_value());
  programs.signal(program, SIGKILL);
  const int status = programs.wait(program).status;
  ASSERT_TRUE(WIFSIGNALED(status));
  EXPECT_EQ(WTERMSIG(status), SIGKILL);
}

TEST(launcher, kills_what_a_program_leaves_behind) {
  const scratch_directory scratch;
  const launcher programs;
  program_start what = shell("sleep 600 & echo $!");
  what.output = scratch.path() / "out";
  run(programs, what);
  const auto left = static_cast<pid_t>(std::stoi(read_all(what.output)));
  // Its end may take the kernel a moment; a zombie that nobody reaps has ended too.
  const auto give_up = std::chrono::steady_clock::now() + 10s;
  std::string state;
  do {
    std::this_thread::yield();
    state = read_all("/proc/" + std::to_string(left) + "/stat");
  } while (state.find(") S") != std::string::npos && std::chrono::steady_clock::now() < give_up);
  EXPECT_TRUE(state.empty() || state.find(") S") == std::string::npos) << state;
}

TEST(launcher, an_interrupt_ends_the_wait_and_the_program) {
  pid_t program = 0;
  {
    const launcher programs;
    program = std::get<pid_t>(programs.start(shell("sleep 60")));
    ::kill(::getpid(), SIGINT);
    try {
      static_cast<void>(programs.wait(program));
      FAIL() << "it waited";
    } catch (const interrupted& by) {
      EXPECT_EQ(by.signal, SIGINT);
    }
  }
  const std::string state = read_all("/proc/" + std::to_string(program) + "/stat");
  EXPECT_TRUE(state.empty() || state.find(") S") == std::string::npos);
}

}  // namespace
}  // namespace strata::tool::compare
