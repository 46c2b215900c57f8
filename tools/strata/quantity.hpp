// Numbers as people read them.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace strata::tool {

[[nodiscard]] std::string grouped(std::uint64_t number);              // "12,345,678"
[[nodiscard]] std::string human_bytes(std::uint64_t bytes);           // "512 B", "11.8 MiB"
[[nodiscard]] std::string human_time(std::chrono::nanoseconds time);  // "1.234 s"

// "12.3 %"; "-" when the whole is nothing.
[[nodiscard]] std::string percent(std::uint64_t part, std::uint64_t whole);

[[nodiscard]] double seconds(std::chrono::nanoseconds time);

}  // namespace strata::tool
