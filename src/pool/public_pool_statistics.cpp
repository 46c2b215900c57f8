// Four ways to write a pool's figures; see strata/pool/pool_statistics.hpp.
#include <strata/pool/pool_statistics.hpp>

#include <algorithm>
#include <array>
#include <ostream>
#include <string>

#include <strata/base/detail/figure_text.hpp>

namespace strata {
namespace {

using detail::decimal;
using detail::four_digits;

struct figure {
  std::string_view key;
  std::uint64_t value;
};

std::array<figure, 10> figures_of(const pool_statistics& from) {
  return {{{"allocations", from.allocations},
           {"releases", from.releases},
           {"in_use", from.in_use},
           {"peak", from.peak},
           {"capacity", from.capacity},
           {"growths", from.growths},
           {"fallbacks", from.fallbacks},
           {"failures", from.failures},
           {"object_bytes", from.object_bytes},
           {"held_bytes", from.held_bytes}}};
}

}  // namespace

double pool_statistics::hit_rate() const noexcept {
  const std::uint64_t requests = allocations + failures;
  if (requests == 0) return 1;
  const std::uint64_t misses = std::min(requests, growths + fallbacks + failures);
  return static_cast<double>(requests - misses) / static_cast<double>(requests);
}

std::ostream& write_text(std::ostream& out, const pool_statistics& figures) {
  constexpr std::size_t column = 14;
  out << "pool " << figures.name << '\n';
  for (const auto& [key, value] : figures_of(figures)) {
    const std::string digits = decimal(value);
    out << "  " << key << std::string(column - key.size(), ' ')
        << std::string(20 - std::min<std::size_t>(20, digits.size()), ' ') << digits << '\n';
  }
  return out << "  hit_rate" << std::string(column - 8 + 14, ' ') << four_digits(figures.hit_rate())
             << '\n';
}

std::ostream& write_line(std::ostream& out, const pool_statistics& figures) {
  return out << figures.name << ": " << decimal(figures.in_use) << " of "
             << decimal(figures.capacity) << " in use, peak " << decimal(figures.peak) << ", "
             << decimal(figures.allocations) << " allocations, " << decimal(figures.releases)
             << " releases, " << decimal(figures.growths) << " growths, "
             << decimal(figures.fallbacks) << " fallbacks, " << decimal(figures.failures)
             << " failures, hit rate " << four_digits(figures.hit_rate()) << '\n';
}

std::ostream& write_key_values(std::ostream& out, const pool_statistics& figures) {
  out << "name=" << figures.name << '\n';
  for (const auto& [key, value] : figures_of(figures)) {
    out << key << '=' << decimal(value) << '\n';
  }
  return out << "hit_rate=" << four_digits(figures.hit_rate()) << '\n';
}

std::ostream& write_json(std::ostream& out, const pool_statistics& figures) {
  out << "{\"name\":" << detail::json_quoted(figures.name);
  for (const auto& [key, value] : figures_of(figures)) {
    out << ",\"" << key << "\":" << decimal(value);
  }
  return out << ",\"hit_rate\":" << four_digits(figures.hit_rate()) << "}\n";
}

}  // namespace strata
