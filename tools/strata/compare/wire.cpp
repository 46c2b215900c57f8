// The length of a message is a 64-bit number, as every number in it.
#include "compare/wire.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <cstring>

namespace strata::tool::compare {
namespace {

bool send_all(int socket, const char* from, std::size_t bytes) {
  while (bytes > 0) {
    const ssize_t count = ::send(socket, from, bytes, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    from += count;
    bytes -= static_cast<std::size_t>(count);
  }
  return true;
}

bool receive_all(int socket, char* to, std::size_t bytes) {
  while (bytes > 0) {
    const ssize_t count = ::recv(socket, to, bytes, 0);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    to += count;
    bytes -= static_cast<std::size_t>(count);
  }
  return true;
}

}  // namespace

message_writer& message_writer::number(std::int64_t value) {
  bytes_.append(reinterpret_cast<const char*>(&value), sizeof value);
  return *this;
}

message_writer& message_writer::text(std::string_view value) {
  number(static_cast<std::int64_t>(value.size()));
  bytes_.append(value);
  return *this;
}

message_writer& message_writer::texts(const std::vector<std::string>& values) {
  number(static_cast<std::int64_t>(values.size()));
  for (const std::string& value : values) text(value);
  return *this;
}

bool message_writer::send(int socket) const {
  const auto length = static_cast<std::int64_t>(bytes_.size());
  return send_all(socket, reinterpret_cast<const char*>(&length), sizeof length) &&
         send_all(socket, bytes_.data(), bytes_.size());
}

std::int64_t message_reader::number() {
  std::int64_t value = 0;
  std::memcpy(&value, bytes_.data() + at_, sizeof value);
  at_ += sizeof value;
  return value;
}

std::string message_reader::text() {
  const auto length = static_cast<std::size_t>(number());
  at_ += length;
  return bytes_.substr(at_ - length, length);
}

std::vector<std::string> message_reader::texts() {
  std::vector<std::string> values(static_cast<std::size_t>(number()));
  for (std::string& value : values) value = text();
  return values;
}

std::optional<message_reader> receive(int socket) {
  std::int64_t length = 0;
  if (!receive_all(socket, reinterpret_cast<char*>(&length), sizeof length)) return std::nullopt;
  std::string bytes(static_cast<std::size_t>(length), '\0');
  if (!receive_all(socket, bytes.data(), bytes.size())) return std::nullopt;
  return message_reader(std::move(bytes));
}

}  // namespace strata::tool::compare
