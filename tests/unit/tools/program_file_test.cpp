// From names to files, and #! lines of every shape.
#include "doctor/program_file.hpp"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <fstream>

#include "doctor/shebang.hpp"
#include "snapshot_file.hpp"

namespace strata::tool {
namespace {

TEST(shebang, is_cut_as_the_kernel_does) {
  const auto plain = parse_shebang("#!/bin/sh\necho");
  ASSERT_TRUE(plain);
  EXPECT_EQ(plain->interpreter, "/bin/sh");
  EXPECT_EQ(plain->argument, "");
  const auto blanks = parse_shebang("#! \t/usr/bin/awk   -v x=1  -f \nnext");
  ASSERT_TRUE(blanks);
  EXPECT_EQ(blanks->interpreter, "/usr/bin/awk");
  EXPECT_EQ(blanks->argument, "-v x=1  -f");
  EXPECT_EQ(parse_shebang("#!/no/line/end")->interpreter, "/no/line/end");
}

TEST(shebang, may_be_empty_or_absent) {
  EXPECT_EQ(parse_shebang("#!")->interpreter, "");
  EXPECT_EQ(parse_shebang("#! \n/bin/sh")->interpreter, "");
  EXPECT_EQ(parse_shebang(std::string_view("#!\0/bin/sh", 10))->interpreter, "");
  EXPECT_FALSE(parse_shebang(""));
  EXPECT_FALSE(parse_shebang("#"));
  EXPECT_FALSE(parse_shebang(" #!/bin/sh"));
}

TEST(shebang, env_names_the_program) {
  EXPECT_EQ(program_of_env("python3"), "python3");
  EXPECT_EQ(program_of_env("-S python3 -u"), "python3");
  EXPECT_EQ(program_of_env("-S A=1 B=2 perl -w"), "perl");
  EXPECT_EQ(program_of_env(""), "");
  EXPECT_EQ(program_of_env("-S -u HOME python3"), "");
}

class program_file : public testing::Test {
 protected:
  [[nodiscard]] std::string write(const char* name, const std::string& content,
                                  mode_t mode = 0755) const {
    const std::filesystem::path path = scratch_.path() / name;
    std::ofstream(path, std::ios::binary) << content;
    EXPECT_EQ(::chmod(path.c_str(), mode), 0);
    return path;
  }

  static void expect_refusal(const std::string& program, const std::string& part) {
    const resolved_program resolved = resolve_program(program);
    EXPECT_FALSE(resolved.file);
    ASSERT_FALSE(resolved.found.empty());
    EXPECT_EQ(resolved.found.back().result, verdict::problem);
    EXPECT_NE(resolved.found.back().meaning.find(part), std::string::npos)
        << resolved.found.back().meaning;
  }

  [[nodiscard]] std::string folder() const { return scratch_.path().native(); }

 private:
  scratch_directory scratch_;
};

TEST_F(program_file, is_itself_without_a_script) {
  const std::string plain = write("plain", "content");
  const resolved_program resolved = resolve_program(plain);
  EXPECT_EQ(resolved.file, plain);
  EXPECT_TRUE(resolved.found.empty());
}

TEST_F(program_file, of_a_script_is_its_last_interpreter) {
  const std::string real = write("real", "content");
  const std::string inner = write("inner", "#!" + real + "\n");
  const std::string outer = write("outer", "#!" + inner + " -x\n");
  const resolved_program resolved = resolve_program(outer);
  EXPECT_EQ(resolved.file, real);
  EXPECT_EQ(resolved.found.size(), 2u);
}

TEST_F(program_file, of_env_is_what_env_starts) {
  const std::string real = write("real", "content");
  EXPECT_EQ(resolve_program(write("script", "#!/usr/bin/env -S " + real + "\n")).file, real);
  expect_refusal(write("absent", "#!/usr/bin/env no-such-program\n"), "is not in PATH");
}

TEST_F(program_file, that_cannot_run_is_refused) {
  expect_refusal("no-such-program", "in PATH");
  expect_refusal(folder() + "/absent", "there is no file");
  expect_refusal(folder(), "no regular file");
  expect_refusal(write("data", "content", 0644), "may not be executed");
}

TEST_F(program_file, of_a_broken_script_is_refused) {
  expect_refusal(write("bare", "#!\n"), "names no interpreter");
  expect_refusal(write("windows", "#!/bin/sh\r\n"), "carriage return");
  expect_refusal(write("orphan", "#!/no/such/interpreter\n"), "does not exist");
  expect_refusal(write("loop", "#!" + folder() + "/loop\n"), "without an end");
}

TEST_F(program_file, changes_identity_only_by_its_bits) {
  EXPECT_EQ(identity_change_of(write("plain", "content")), identity_change::none);
  // setgid without the right to execute is no setgid.
  EXPECT_EQ(identity_change_of(write("locked", "content", 02700)), identity_change::none);
  EXPECT_FALSE(gains_capabilities(write("plain", "content")));
}

}  // namespace
}  // namespace strata::tool
