// Messages between the command and its launcher: a length, then numbers and texts
// in an order that both sides know. They are one program, so there is no version.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace strata::tool::compare {

class message_writer {
 public:
  message_writer& number(std::int64_t value);
  message_writer& text(std::string_view value);
  message_writer& texts(const std::vector<std::string>& values);

  // False when the other side is gone.
  [[nodiscard]] bool send(int socket) const;

 private:
  std::string bytes_;
};

class message_reader {
 public:
  explicit message_reader(std::string bytes) : bytes_(std::move(bytes)) {}

  [[nodiscard]] std::int64_t number();
  [[nodiscard]] std::string text();
  [[nodiscard]] std::vector<std::string> texts();

 private:
  std::string bytes_;
  std::size_t at_ = 0;
};

// Nothing when the other side is gone.
[[nodiscard]] std::optional<message_reader> receive(int socket);

}  // namespace strata::tool::compare
