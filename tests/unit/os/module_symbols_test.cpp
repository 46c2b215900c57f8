#include "os/module_symbols.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include "os/call_stack.hpp"
#include "support/scratch_path.hpp"

namespace strata::os {
namespace {

// Only this file knows it.
[[gnu::noinline]] int quietly_named(int value) {
  asm volatile("" : "+r"(value));
  return value + 1;
}

const void* inside(int (*function)(int)) {
  return reinterpret_cast<const char*>(reinterpret_cast<std::uintptr_t>(function)) + 2;
}

std::string bytes_of_this_program() {
  std::ifstream file("/proc/self/exe", std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool anything_found_in(const std::string& path) {
  std::array<char, 100> buffer{};
  for (std::uintptr_t address = 1 << 16; address < 1 << 19; address *= 2) {
    if (!find_in_module(path.c_str(), address, buffer).name.empty()) return true;
  }
  return false;
}

bool anything_found_in_file_of(const std::string& content) {
  const std::string path = test::scratch_path("module_symbols_test");
  std::ofstream(path, std::ios::binary) << content;
  const bool found = anything_found_in(path);
  std::remove(path.c_str());
  return found;
}

TEST(module_symbols, a_function_that_is_not_exported_has_its_name) {
  EXPECT_EQ(quietly_named(1), 2);
  std::array<char, 200> buffer{};
  const code_place place = locate(inside(&quietly_named), buffer);
  EXPECT_NE(place.function.find("quietly_named(int)"), std::string_view::npos) << place.function;
  EXPECT_EQ(place.function_offset, 1u);
}

TEST(module_symbols, a_name_is_cut_where_the_buffer_ends) {
  std::array<char, 4> buffer{};
  EXPECT_EQ(locate(inside(&quietly_named), buffer).function.size(), 4u);
}

TEST(module_symbols, no_file_and_no_object_file_have_no_names) {
  std::array<char, 100> buffer{};
  EXPECT_TRUE(find_in_module("/nowhere/at/all", 0x1000, buffer).name.empty());
  EXPECT_FALSE(anything_found_in_file_of(""));
  EXPECT_FALSE(anything_found_in_file_of("#!/bin/sh\n"));
}

TEST(module_symbols, a_file_that_was_cut_is_not_believed) {
  const std::string whole = bytes_of_this_program();
  for (const std::size_t size : {std::size_t{4}, std::size_t{64}, whole.size() / 2}) {
    EXPECT_FALSE(anything_found_in_file_of(whole.substr(0, size))) << size;
  }
}

// Whatever the header says about sections, nothing outside of the file is read.
TEST(module_symbols, a_file_with_a_wild_header_is_survived) {
  const std::string whole = bytes_of_this_program();
  const std::string path = test::scratch_path("module_symbols_test");
  std::ofstream file(path, std::ios::binary);
  file << whole << std::flush;
  for (const std::size_t byte : {0u, 40u, 41u, 42u, 43u, 44u, 46u, 47u, 58u, 60u}) {
    file.seekp(static_cast<std::streamoff>(byte)).put(static_cast<char>(~whole[byte])).flush();
    static_cast<void>(anything_found_in(path));
    file.seekp(static_cast<std::streamoff>(byte)).put(whole[byte]).flush();
  }
  std::remove(path.c_str());
}

}  // namespace
}  // namespace strata::os
