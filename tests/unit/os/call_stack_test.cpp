#include "os/call_stack.hpp"

#include <gtest/gtest.h>

#include <array>
#include <cerrno>
#include <cstdint>
#include <span>
#include <string>

namespace strata::os {
namespace {

struct captured {
  std::array<void*, 32> frames{};
  std::size_t count = 0;
};

// The asm keeps the calls from becoming jumps.
[[gnu::noinline]] captured entry_of_the_library(std::size_t depth) {
  captured stack;
  stack.count =
      capture_call_stack(__builtin_return_address(0), std::span(stack.frames.data(), depth));
  asm volatile("" : : "r"(&stack) : "memory");
  return stack;
}

[[gnu::noinline]] captured function_of_the_program(std::size_t depth) {
  captured stack = entry_of_the_library(depth);
  asm volatile("" : : "r"(&stack) : "memory");
  return stack;
}

bool lies_in(const void* address, captured (*function)(std::size_t)) {
  const auto begin = reinterpret_cast<std::uintptr_t>(function);
  const auto place = reinterpret_cast<std::uintptr_t>(address);
  return place > begin && place < begin + 1024;
}

TEST(call_stack, begins_where_the_library_was_entered) {
  const captured stack = function_of_the_program(32);
  ASSERT_GT(stack.count, 2u);
  EXPECT_TRUE(lies_in(stack.frames[0], function_of_the_program));
}

TEST(call_stack, is_cut_where_the_frames_are_full) {
  EXPECT_EQ(function_of_the_program(0).count, 0u);
  const captured stack = function_of_the_program(1);
  ASSERT_EQ(stack.count, 1u);
  EXPECT_TRUE(lies_in(stack.frames[0], function_of_the_program));
}

TEST(call_stack, an_unknown_caller_leaves_nothing_out) {
  std::array<void*, 32> frames{};
  EXPECT_GT(capture_call_stack(nullptr, frames), 2u);
}

// A loop in the test itself might be unrolled, and be several places.
[[gnu::noinline]] captured one_place() {
  captured stack = function_of_the_program(32);
  asm volatile("" : : "r"(&stack) : "memory");
  return stack;
}

TEST(call_stack, of_one_place_is_the_same_each_time) {
  const captured first = one_place();
  const captured second = one_place();
  ASSERT_GT(first.count, 3u);
  EXPECT_EQ(second.count, first.count);
  EXPECT_EQ(second.frames[0], first.frames[0]);
  EXPECT_EQ(second.frames[1], first.frames[1]);
  EXPECT_NE(second.frames[2], first.frames[2]) << "called from another line";
}

TEST(call_stack, keeps_errno) {
  errno = 77;
  static_cast<void>(function_of_the_program(32));
  char buffer[100];
  static_cast<void>(locate(nullptr, buffer));
  EXPECT_EQ(errno, 77);
}

TEST(call_stack, an_exported_function_has_its_name) {
  char buffer[200];
  const void* const inside = reinterpret_cast<const char*>(&std::strtol) + 1;
  const code_place place = locate(inside, buffer);
  EXPECT_NE(place.module.find("lib"), std::string_view::npos);
  EXPECT_GT(place.module_offset, 0u);
}

TEST(call_stack, nothing_is_known_of_no_code) {
  char buffer[100];
  const code_place place = locate(reinterpret_cast<void*>(16), buffer);
  EXPECT_TRUE(place.function.empty());
  EXPECT_TRUE(place.module.empty());
}

}  // namespace
}  // namespace strata::os
