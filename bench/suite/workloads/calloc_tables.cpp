// Tables of zeros of which little is ever written, as hash tables and images
// are: an allocator that knows its pages to be zero need not touch them. Between
// them small records, where zeroing is the point.
#include <algorithm>
#include <array>
#include <cstdlib>

#include "block.hpp"
#include "sizes.hpp"
#include "workload.hpp"

namespace strata::suite {
namespace {

block make_zeroed(std::size_t size, std::uint64_t tag) {
  const block made{static_cast<char*>(std::calloc(1, size)), size, tag};
  if (made.at == nullptr) fail_refused("calloc", size);
  return made;
}

void require_zero(char byte) { require(byte == 0, "calloc gave memory that is not zero"); }

// Looks where the last owner may have written, and writes a few entries.
block make_table(random_numbers& random) {
  constexpr std::size_t page = 4096;
  constexpr std::size_t line = 64;
  const block made =
      make_zeroed(spread_size(random, std::size_t{64} << 10, std::size_t{4} << 20), random.next());
  for (std::size_t at = 0; at < 4 * page; at += line) require_zero(made.at[at]);
  std::for_each(made.at + made.size - line, made.at + made.size, require_zero);
  for (unsigned i = 0; i < 16; ++i) {
    char& entry = made.at[random.below(made.size)];
    require(entry == 0 || entry == 1, "calloc gave memory that is not zero");
    entry = 1;
  }
  std::memcpy(made.at, &made.tag, sizeof made.tag);
  std::memcpy(made.at + made.size - sizeof made.tag, &made.tag, sizeof made.tag);
  return made;
}

block make_record(random_numbers& random) {
  const block made = make_zeroed(random.between(16, 512), random.next());
  std::for_each(made.at, made.at + made.size, require_zero);
  paint(made);
  return made;
}

outcome run(const parameters& work) {
  std::array<block, 24> tables;
  std::array<block, 4096> records;
  random_numbers random(8);
  std::uint64_t sum = 0;
  for (std::size_t i = 0, end = work.count(20'000); i < end; ++i) {
    block& table = tables[random.below(tables.size())];
    sum += drop_block(table);
    table = make_table(random);
    for (unsigned k = 0; k < 100; ++k) {
      block& record = records[random.below(records.size())];
      sum += drop_block(record);
      record = make_record(random);
    }
  }
  for (block& each : tables) sum += drop_block(each);
  for (block& each : records) sum += drop_block(each);
  return {sum};
}

}  // namespace

extern const workload calloc_tables = {
    .name = "calloc_tables",
    .summary = "calloc of sparse tables of 64 KiB to 4 MiB, and of small records",
    .threaded = false,
    .run = run,
};

}  // namespace strata::suite
