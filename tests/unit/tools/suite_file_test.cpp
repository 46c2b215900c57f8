// The format of a workload: what is read, what is refused and in which words.
#include "compare/suite_file.hpp"

#include <gmock/gmock.h>

#include <fstream>

#include "command.hpp"
#include "snapshot_file.hpp"

namespace strata::tool::compare {
namespace {

using testing::ElementsAre;
using namespace std::chrono_literals;

constexpr const char* full = R"json({
  // comments are allowed
  "summary": "what it is", "family": "server", "threads": "multi",
  "needs": ["redis-server"], "environment": {"A": "${CORES}"},
  "setup": "echo ${HOME} > ${WORK}/x", "server": ["redis-server", "${WORK}"],
  "ready": "redis-cli ping", "command": ["${BIN}/load", "x"], "input": "${SUITE}/in",
  "measure": {"rate": "rate ([0-9]+)"
}
, "timeout" : 2.5
})json";

std::string refusal(const std::string& text) {
  try {
    static_cast<void>(parse_workload(text, "dir/bad.json"));
  } catch (const usage_error& error) {
    return error.what();
  }
  return "accepted";
}

TEST(suite_file, every_key_is_read) {
  const workload read = parse_workload(full, "dir/name.json");
  EXPECT_EQ(read.name, "name");
  EXPECT_EQ(read.summary, "what it is");
  EXPECT_EQ(read.family, "server");
  EXPECT_EQ(read.threads, "multi");
  EXPECT_THAT(read.needs, ElementsAre("redis-server"));
  EXPECT_THAT(read.environment, ElementsAre(testing::Pair("A", "${CORES}")));
  EXPECT_EQ(read.ready, "redis-cli ping");
  EXPECT_EQ(read.measured.what, measure::kind::rate);
  EXPECT_EQ(read.measured.pattern, "rate ([0-9]+)");
  EXPECT_EQ(read.timeout, 2500ms);
}

TEST(suite_file, most_keys_have_defaults) {
  const workload read = parse_workload(R"({"command": ["true"]})", "x.json");
  EXPECT_EQ(read.measured.what, measure::kind::elapsed);
  EXPECT_EQ(read.timeout, 120s);
  EXPECT_EQ(read.input, "/dev/null");
}

TEST(suite_file, variables_are_replaced_and_shell_keeps_its_own) {
  const workload read =
      substitute(parse_workload(full, "name.json"), {"/suite", "/work dir", "/bin dir", "3"});
  EXPECT_THAT(read.command, ElementsAre("/bin dir/load", "x"));
  EXPECT_THAT(read.server, ElementsAre("redis-server", "/work dir"));
  EXPECT_EQ(read.setup, "echo ${HOME} > /work dir/x");
  EXPECT_EQ(read.input, "/suite/in");
  EXPECT_THAT(read.environment, ElementsAre(testing::Pair("A", "3")));
  EXPECT_EQ(read.directory, "/work dir");
}

TEST(suite_file, an_unknown_variable_is_refused_outside_of_the_shell) {
  const workload read = parse_workload(R"({"command": ["${HOME}/x"]})", "name.json");
  try {
    static_cast<void>(substitute(read, {"/suite", "/w", "/b", "1"}));
    FAIL();
  } catch (const usage_error& error) {
    EXPECT_STREQ(error.what(),
                 "compare: /suite/name.json: unknown variable ${HOME} in '${HOME}/x' "
                 "(known are SUITE, WORK, BIN, CORES)");
  }
}

TEST(suite_file, mistakes_name_the_file_and_the_key) {
  EXPECT_EQ(refusal(R"({"comand": ["x"]})"),
            "compare: dir/bad.json: key 'comand' is unknown (did you mean 'command'?)");
  EXPECT_EQ(refusal(R"({"command": "x"})"),
            "compare: dir/bad.json: key 'command' is no list of texts");
  EXPECT_EQ(
      refusal(R"({"command": ["x"], "timeout": 0})"),
      "compare: dir/bad.json: key 'timeout' is no number of seconds above 0, and at most 1000000");
  EXPECT_EQ(refusal(R"({"command": ["x"], "threads": "two"})"),
            "compare: dir/bad.json: key 'threads' 'two' is neither \"single\" nor \"multi\"");
  EXPECT_EQ(refusal(R"({"command": ["x"], "measure": {"time": "x"}})"),
            "compare: dir/bad.json: key 'measure' 'x' has 0 groups; it must have one, around "
            "the number");
  EXPECT_EQ(refusal(R"({"summary": "x"})"),
            "compare: dir/bad.json: key 'command' is missing or empty");
  EXPECT_EQ(refusal(R"({"command": ["x"], "ready": "y"})"),
            "compare: dir/bad.json: key 'ready' needs key 'server'");
  EXPECT_EQ(refusal("[]"), "compare: dir/bad.json: is no JSON object");
  EXPECT_TRUE(refusal("{").starts_with("compare: dir/bad.json: "));
}

TEST(suite_file, a_folder_is_read_by_name) {
  const scratch_directory folder;
  for (const char* name : {"b.json", "a.json", "notes.md"}) {
    std::ofstream(folder.path() / name) << R"({"command": ["true"]})";
  }
  const auto all = read_suite(folder.path(), {});
  ASSERT_EQ(all.size(), 2);
  EXPECT_EQ(all[0].name, "a");
  EXPECT_EQ(read_suite(folder.path(), {"b"}).at(0).name, "b");
  EXPECT_THROW(static_cast<void>(read_suite(folder.path(), {"c"})), usage_error);
  EXPECT_THROW(static_cast<void>(read_suite(folder.path() / "none", {})), usage_error);
}

}  // namespace
}  // namespace strata::tool::compare
