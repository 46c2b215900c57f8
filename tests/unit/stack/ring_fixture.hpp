// A ring in a region, with its reader, and messages as text.
#pragma once

#include <strata/stack/message_reader.hpp>
#include <strata/stack/message_writer.hpp>

#include <gtest/gtest.h>

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

namespace strata::test {

inline std::span<const std::byte> bytes_of(std::string_view text) {
  return std::as_bytes(std::span(text.data(), text.size()));
}

inline std::string text_of(std::span<const std::byte> bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

class message_ring_test : public testing::Test {
 protected:
  void make(const message_ring_options& options) {
    at_ = make_message_ring(region_, options);
    reader_.emplace(std::move(*message_reader::attach(region_, at_)));
  }

  message_writer writer() {
    attached<message_writer> made = message_writer::attach(region_, at_);
    EXPECT_TRUE(made);
    return std::move(*made);
  }

  // The next message; "nothing" when there is none.
  std::string next() {
    const std::span<const std::byte> found = reader_->front();
    if (found.data() == nullptr) return "nothing";
    const std::string text = text_of(found);
    reader_->pop();
    return text;
  }

  shared_region region_{{.bytes = 1 << 20}};
  offset_ptr<message_ring> at_;
  std::optional<message_reader> reader_;
};

}  // namespace strata::test
