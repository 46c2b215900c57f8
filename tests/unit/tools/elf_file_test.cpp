// Reading ELF files: what is in them, and that no damage does more than a refusal.
#include "doctor/elf_file.hpp"

#include <elf.h>
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <random>
#include <string>
#include <variant>

#include "synthetic_elf.hpp"

namespace strata::tool {
namespace {

using test::elf_recipe;
using test::synthetic_elf;
using outcome = std::variant<elf_facts, elf_refusal>;

// The images lie in memory: thousands of them on a disk would take their time.
class elf_file : public testing::Test {
 protected:
  elf_file() : descriptor_(::memfd_create("elf_file_test", MFD_CLOEXEC)) {}
  ~elf_file() override { ::close(descriptor_); }

  void write(const std::string& image) const {
    ASSERT_EQ(::ftruncate(descriptor_, static_cast<off_t>(image.size())), 0);
    ASSERT_EQ(::pwrite(descriptor_, image.data(), image.size(), 0),
              static_cast<ssize_t>(image.size()));
  }

  void enlarge(off_t bytes) const { ASSERT_EQ(::ftruncate(descriptor_, bytes), 0); }

  [[nodiscard]] outcome read(const std::string& image) const {
    write(image);
    return read_elf(file_bytes(path()));
  }

  [[nodiscard]] elf_facts facts(const elf_recipe& recipe) const {
    const outcome result = read(synthetic_elf(recipe).image());
    EXPECT_TRUE(std::holds_alternative<elf_facts>(result));
    return std::get<elf_facts>(result);
  }

  [[nodiscard]] std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

// A refusal says something; facts are of the size of the file.
void expect_sane(const outcome& result) {
  if (const auto* refusal = std::get_if<elf_refusal>(&result)) {
    EXPECT_FALSE(refusal->reason.empty());
  } else {
    EXPECT_LE(std::get<elf_facts>(result).needed.size(), 1000u);
  }
}

TEST_F(elf_file, tells_what_is_in_it) {
  elf_recipe recipe;
  recipe.needed = {"libjemalloc.so.2", "libc.so.6"};
  recipe.imported = {"malloc", "free"};
  recipe.exported = {"calloc", "_Znwm"};
  for (const bool gnu_hash : {true, false}) {
    recipe.gnu_hash = gnu_hash;
    const elf_facts found = facts(recipe);
    EXPECT_EQ(found.bits, 64);
    EXPECT_EQ(found.machine, static_cast<unsigned>(EM_X86_64));
    EXPECT_EQ(found.type, static_cast<unsigned>(ET_DYN));
    EXPECT_EQ(found.interpreter, recipe.interpreter);
    EXPECT_TRUE(found.dynamic);
    EXPECT_FALSE(found.go);
    EXPECT_EQ(found.needed, recipe.needed);
    EXPECT_EQ(found.exported, (std::unordered_set<std::string>{"calloc", "_Znwm"}));
    ASSERT_EQ(found.needed_versions.size(), 1u);
    EXPECT_EQ(found.needed_versions[0].library, "libc.so.6");
    EXPECT_EQ(found.needed_versions[0].version, "GLIBC_2.34");
    EXPECT_TRUE(found.provided_versions.contains("MINE_1.0"));
  }
}

TEST_F(elf_file, that_exports_nothing_has_symbols_all_the_same) {
  elf_recipe recipe;
  recipe.exported = {};
  EXPECT_TRUE(facts(recipe).exported.empty());
}

TEST_F(elf_file, knows_go_by_its_note) {
  elf_recipe recipe;
  recipe.note_name = "Go";
  EXPECT_TRUE(facts(recipe).go);
}

TEST_F(elf_file, without_a_loader_is_no_error) {
  elf_recipe recipe;
  recipe.interpreter.clear();
  EXPECT_TRUE(facts(recipe).interpreter.empty());
}

TEST_F(elf_file, of_another_kind_is_read_no_further_than_its_head) {
  std::string image = synthetic_elf({}).image();
  image[EI_CLASS] = ELFCLASS32;
  const outcome small = read(image);
  EXPECT_EQ(std::get<elf_facts>(small).bits, 32);
  EXPECT_FALSE(std::get<elf_facts>(small).dynamic);
  image[EI_CLASS] = ELFCLASS64;
  image[EI_DATA] = ELFDATA2MSB;
  image[EI_NIDENT + 2] = 0;
  image[EI_NIDENT + 3] = EM_S390;
  const outcome swapped = read(image);
  EXPECT_TRUE(std::get<elf_facts>(swapped).big_endian);
  EXPECT_EQ(std::get<elf_facts>(swapped).machine, static_cast<unsigned>(EM_S390));
}

TEST_F(elf_file, tells_other_files_from_damaged_ones) {
  EXPECT_FALSE(std::get<elf_refusal>(read("")).is_elf);
  EXPECT_FALSE(std::get<elf_refusal>(read("#!/bin/sh\n")).is_elf);
  EXPECT_TRUE(std::get<elf_refusal>(read("\177ELF")).is_elf);
}

TEST_F(elf_file, whose_names_do_not_end_is_refused) {
  for (const std::string name : {"/lib64/ld-linux-x86-64.so.2", "MINE_1.0"}) {
    std::string image = synthetic_elf({}).image();
    image[image.find(name) + name.size()] = 'x';
    EXPECT_TRUE(std::holds_alternative<elf_refusal>(read(image))) << name;
  }
}

TEST_F(elf_file, cut_anywhere_is_refused_or_read) {
  const std::string image = synthetic_elf({}).image();
  // Past the segments' table nothing that is missing can go unnoticed.
  for (std::size_t bytes = 0; bytes < image.size(); ++bytes) {
    const outcome result = read(image.substr(0, bytes));
    EXPECT_TRUE(std::holds_alternative<elf_refusal>(result)) << bytes;
    expect_sane(result);
  }
}

TEST_F(elf_file, with_any_byte_changed_is_refused_or_read) {
  const std::string image = synthetic_elf({}).image();
  for (std::size_t at = 0; at < image.size(); ++at) {
    for (const int changed : {0x00, 0x01, 0x7f, 0x80, 0xff}) {
      std::string damaged = image;
      damaged[at] = static_cast<char>(changed);
      expect_sane(read(damaged));
    }
  }
}

TEST_F(elf_file, with_many_words_changed_is_refused_or_read) {
  const std::string image = synthetic_elf({}).image();
  std::mt19937_64 random(7);
  for (int round = 0; round < 5000; ++round) {
    std::string damaged = image;
    for (int changes = 0; changes < 6; ++changes) {
      const std::uint64_t word = random() >> (random() % 64);
      const std::size_t at = sizeof(Elf64_Ehdr) + random() % (image.size() - 72);
      std::memcpy(damaged.data() + at, &word, 1 + random() % sizeof word);
    }
    expect_sane(read(damaged));
  }
}

TEST_F(elf_file, that_claims_a_huge_table_takes_no_memory_for_it) {
  write(synthetic_elf({}).image());
  enlarge(off_t{1} << 40);  // sparse: as large as any claim
  const file_bytes bytes(path());
  EXPECT_TRUE(bytes.read_array<std::uint64_t>(0, std::uint64_t{1} << 36).empty());
  EXPECT_TRUE(bytes.read_array<std::uint64_t>(0, UINT64_MAX).empty());
  EXPECT_TRUE(bytes.read_array<std::uint64_t>(UINT64_MAX, 1).empty());
}

TEST_F(elf_file, of_this_test_is_a_program) {
  const outcome result = read_elf(file_bytes("/proc/self/exe"));
  ASSERT_TRUE(std::holds_alternative<elf_facts>(result));
  const auto& self = std::get<elf_facts>(result);
  EXPECT_FALSE(self.interpreter.empty());
  EXPECT_NE(std::ranges::find(self.needed, "libc.so.6"), self.needed.end());
}

}  // namespace
}  // namespace strata::tool
