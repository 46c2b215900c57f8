// What is said of programs of every kind, by their facts.
#include "doctor/program_checks.hpp"

#include <elf.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>

#include "snapshot_file.hpp"
#include "synthetic_elf.hpp"

namespace strata::tool {
namespace {

elf_facts library() {
  elf_facts facts;
  facts.bits = 64;
  facts.machine = EM_X86_64;
  facts.type = ET_DYN;
  facts.dynamic = true;
  facts.needed_versions = {{"libc.so.6", "GLIBC_2.34"}};
  return facts;
}

// As an ordinary program: the loader is a file that exists wherever the test runs.
elf_facts program() {
  elf_facts facts = library();
  facts.interpreter = "/lib64/ld-linux-x86-64.so.2";
  facts.needed = {"libc.so.6"};
  return facts;
}

verdict worst(const findings& found) {
  verdict result = verdict::ok;
  for (const finding& each : found) result = std::max(result, each.result);
  return result;
}

// The last finding, which is the one that ended the examination.
finding last_of(const elf_facts& facts) { return check_program(facts, library()).back(); }

void expect_problem(const elf_facts& facts, const std::string& check, const std::string& part) {
  const finding last = last_of(facts);
  EXPECT_EQ(last.result, verdict::problem);
  EXPECT_EQ(last.check, check);
  EXPECT_NE(last.meaning.find(part), std::string::npos) << last.meaning;
  EXPECT_FALSE(last.advice.empty());
}

void expect_note(const elf_facts& facts, const std::string& part) {
  const findings found = check_program(facts, library());
  EXPECT_EQ(worst(found), verdict::note);
  const auto said = std::ranges::any_of(found, [&](const finding& each) {
    return each.result == verdict::note && each.meaning.find(part) != std::string::npos &&
           !each.advice.empty();
  });
  EXPECT_TRUE(said) << part;
}

TEST(program_checks, an_ordinary_program_is_fine) {
  EXPECT_EQ(worst(check_program(program(), library())), verdict::ok);
}

TEST(program_checks, another_machine) {
  elf_facts facts = program();
  facts.bits = 32;
  facts.machine = EM_386;
  expect_problem(facts, "machine", "32-bit i386");
  facts = program();
  facts.machine = EM_AARCH64;
  expect_problem(facts, "machine", "AArch64");
  facts = program();
  facts.big_endian = true;
  expect_problem(facts, "machine", "64-bit");
}

TEST(program_checks, no_program_at_all) {
  elf_facts facts = program();
  for (const unsigned type : {unsigned{ET_REL}, unsigned{ET_CORE}}) {
    facts.type = type;
    expect_problem(facts, "type", "no program");
  }
}

TEST(program_checks, static_programs) {
  elf_facts facts = program();
  facts.interpreter.clear();
  expect_problem(facts, "linkage", "static-pie");
  facts.dynamic = false;
  expect_problem(facts, "linkage", "statically linked");
  facts.go = true;
  expect_problem(facts, "linkage", "Go");
}

TEST(program_checks, other_loaders) {
  elf_facts facts = program();
  facts.interpreter = "/lib/ld-musl-x86_64.so.1";
  expect_problem(facts, "loader", "built for musl");
  facts.interpreter = "/system/bin/linker64";
  expect_problem(facts, "loader", "not glibc's");
  facts.interpreter = "/no/such/ld-linux-x86-64.so.2";
  expect_problem(facts, "loader", "does not exist");
}

TEST(program_checks, sanitizers) {
  elf_facts facts = program();
  facts.needed = {"libtsan.so.2", "libc.so.6"};
  EXPECT_NE(check_program(facts, library()).back().meaning.find("ThreadSanitizer"),
            std::string::npos);
  facts = program();
  facts.exported = {"__asan_init", "malloc"};
  expect_problem(facts, "sanitizer", "AddressSanitizer");
  facts = program();
  facts.needed = {"libubsan.so.1"};
  EXPECT_EQ(worst(check_program(facts, library())), verdict::ok);
}

TEST(program_checks, allocators_of_its_own) {
  elf_facts facts = program();
  facts.exported = {"free", "malloc"};
  expect_problem(facts, "allocator", "defines malloc, free");
  facts = program();
  facts.needed = {"libjemalloc.so.2"};
  expect_note(facts, "jemalloc");
  facts.needed = {"libstrata_malloc.so"};
  expect_note(facts, "runs on strata anyway");
  facts = program();
  facts.exported = {"_Znwm"};
  expect_note(facts, "operator new");
}

TEST(program_checks, runtimes_with_heaps_of_their_own) {
  elf_facts facts = program();
  facts.go = true;
  expect_note(facts, "Go");
  facts = program();
  facts.needed = {"libpython3.11.so.1.0"};
  expect_note(facts, "Python");
  facts = program();
  facts.exported = {"node_module_register"};
  expect_note(facts, "JavaScript");
}

class program_file_checks : public testing::Test {
 protected:
  [[nodiscard]] std::filesystem::path write(const char* name, const std::string& content) const {
    const std::filesystem::path path = scratch_.path() / name;
    std::ofstream(path, std::ios::binary) << content;
    return path;
  }

 private:
  scratch_directory scratch_;
};

TEST_F(program_file_checks, a_c_library_that_is_too_old) {
  test::elf_recipe recipe;
  recipe.provided_version = "GLIBC_2.17";
  (void)write("libc.so.6", test::synthetic_elf(recipe).image());
  const auto loader = write("ld-linux-x86-64.so.2", "");
  const auto old = check_c_library(loader, library());
  ASSERT_TRUE(old);
  EXPECT_EQ(old->result, verdict::problem);
  EXPECT_NE(old->meaning.find("GLIBC_2.34"), std::string::npos);

  recipe.provided_version = "GLIBC_2.34";
  (void)write("libc.so.6", test::synthetic_elf(recipe).image());
  const auto young = check_c_library(loader, library());
  ASSERT_TRUE(young);
  EXPECT_EQ(young->result, verdict::ok);
}

TEST_F(program_file_checks, no_c_library_beside_the_loader) {
  EXPECT_FALSE(check_c_library(write("ld-linux-x86-64.so.2", ""), library()));
}

TEST_F(program_file_checks, a_damaged_program) {
  const auto cut = write("cut", test::synthetic_elf({}).image().substr(0, 200));
  const finding last = check_program_file(cut, std::nullopt).back();
  EXPECT_EQ(last.result, verdict::problem);
  EXPECT_NE(last.meaning.find("truncated or damaged"), std::string::npos);
}

TEST_F(program_file_checks, an_allocator_under_other_names) {
  // Across the border of two steps of the search.
  std::string image = test::synthetic_elf({}).image();
  image.resize((1 << 20) - 5, ' ');
  const auto file = write("server", image + "<jemalloc>: x");
  const findings found = check_program_file(file, library_facts{"x.so", library()});
  EXPECT_EQ(worst(found), verdict::note);
  EXPECT_NE(found.back().meaning.find("contains text of jemalloc"), std::string::npos);
}

}  // namespace
}  // namespace strata::tool
