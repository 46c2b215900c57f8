// Distances between words, and which known word a mistyped one resembles.
#include "base/spelling.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <string>

namespace strata::base {
namespace {

TEST(edit_distance, counts_letters) {
  EXPECT_EQ(edit_distance("", ""), 0u);
  EXPECT_EQ(edit_distance("run", ""), 3u);
  EXPECT_EQ(edit_distance("", "run"), 3u);
  EXPECT_EQ(edit_distance("run", "run"), 0u);
  EXPECT_EQ(edit_distance("ran", "run"), 1u);
  EXPECT_EQ(edit_distance("kitten", "sitting"), 3u);
  EXPECT_EQ(edit_distance("flaw", "lawn"), 2u);
}

TEST(edit_distance, is_symmetric) {
  const char* words[] = {"options", "option", "classes", "run", "nur", "a", ""};
  for (const char* left : words) {
    for (const char* right : words)
      EXPECT_EQ(edit_distance(left, right), edit_distance(right, left));
  }
}

TEST(edit_distance, gives_up_on_long_words) {
  EXPECT_EQ(edit_distance(std::string(word_length_max, 'a'), std::string(word_length_max, 'a')),
            0u);
  EXPECT_EQ(edit_distance(std::string(word_length_max + 1, 'a'), "a"), SIZE_MAX);
  EXPECT_EQ(edit_distance("a", std::string(word_length_max + 1, 'a')), SIZE_MAX);
}

std::string_view nearest(std::string_view typed) {
  closest_word closest(typed);
  for (const char* known : {"run", "options", "classes"}) closest.offer(known);
  return closest.best();
}

TEST(closest_word, finds_the_meant_one) {
  EXPECT_EQ(nearest("option"), "options");
  EXPECT_EQ(nearest("clases"), "classes");
  EXPECT_EQ(nearest("rnu"), "run");
  EXPECT_EQ(nearest("rum"), "run");
}

TEST(closest_word, finds_nothing_in_another_word) {
  EXPECT_EQ(nearest("zebra"), "");
  EXPECT_EQ(nearest(""), "");
  EXPECT_EQ(nearest("foo"), "");
  EXPECT_EQ(nearest(std::string(500, 'x')), "");
}

}  // namespace
}  // namespace strata::base
