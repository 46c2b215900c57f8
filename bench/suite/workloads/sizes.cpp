// The table was made from the calls of malloc, calloc and realloc in a Python
// program that reads and writes JSON, clang on <regex>, `git log --stat`, a Perl
// hash of lists, a Ruby array of hashes and SQLite in memory, each with the same
// weight; neighbours that are rare were put together.
#include "sizes.hpp"

#include <algorithm>
#include <array>
#include <bit>

namespace strata::suite {
namespace {

struct share {
  std::size_t size;   // the largest of the row; the smallest follows the row before
  unsigned permille;  // of the requests
};

constexpr std::array shares = {
    share{16, 240},   share{24, 34},   share{32, 172},  share{40, 107},  share{48, 36},
    share{56, 66},    share{64, 30},   share{80, 20},   share{112, 20},  share{120, 11},
    share{128, 78},   share{136, 15},  share{152, 14},  share{216, 19},  share{272, 10},
    share{512, 18},   share{528, 11},  share{1008, 12}, share{1024, 17}, share{2048, 8},
    share{4080, 4},   share{4096, 17}, share{6144, 17}, share{10240, 5}, share{24576, 5},
    share{32768, 14},
};

constexpr unsigned permille_of_all() {
  unsigned sum = 0;
  for (const share& each : shares) sum += each.permille;
  return sum;
}
static_assert(permille_of_all() == 1000, "the shares make up a whole");

using row_of_permille = std::array<unsigned char, 1000>;

constexpr row_of_permille spread_rows() {
  row_of_permille rows{};
  std::size_t next = 0;
  for (std::size_t row = 0; row < shares.size(); ++row) {
    for (unsigned i = 0; i < shares[row].permille; ++i) {
      rows[next++] = static_cast<unsigned char>(row);
    }
  }
  return rows;
}

constexpr row_of_permille rows = spread_rows();

}  // namespace

std::size_t recorded_size(random_numbers& random) {
  const std::size_t row = rows[random.below(rows.size())];
  const std::size_t largest = shares[row].size;
  const std::size_t smallest = row == 0 ? 8 : shares[row - 1].size + 1;
  // Half of the requests are for the round size at the end, as of programs.
  return random.chance(50) ? largest : random.between(smallest, largest);
}

std::size_t spread_size(random_numbers& random, std::size_t min, std::size_t max) {
  const auto lowest = static_cast<std::size_t>(std::bit_width(min) - 1);
  const auto highest = static_cast<std::size_t>(std::bit_width(max) - 1);
  const std::size_t power = std::size_t{1} << random.between(lowest, highest);
  return std::clamp(power + random.below(power), min, max);
}

}  // namespace strata::suite
