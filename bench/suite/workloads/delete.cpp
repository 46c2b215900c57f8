// operator new with both forms of operator delete: the one that is told the
// size of the block, as compilers call it for objects, and the one that is not.
#include <array>
#include <new>

#include "block.hpp"
#include "random_numbers.hpp"
#include "workload.hpp"

namespace strata::suite {
namespace {

// As classes have them.
constexpr std::array<std::size_t, 12> object_sizes = {16, 24,  32,  40,  48,  56,
                                                      72, 104, 136, 232, 296, 520};
constexpr std::size_t objects = 5'000;

struct sized {
  static void release(const block& dead) { ::operator delete(dead.at, dead.size); }
};

struct unsized {
  static void release(const block& dead) { ::operator delete(dead.at); }
};

block make_object(random_numbers& random) {
  const std::size_t size = object_sizes[random.below(object_sizes.size())];
  const block made{static_cast<char*>(::operator new(size)), size, random.next()};
  std::memcpy(made.at, &made.tag, sizeof made.tag);
  std::memcpy(made.at + size - sizeof made.tag, &made.tag, sizeof made.tag);
  return made;
}

template <class Release>
void drop_object(const block& dead, checksum& sum) {
  verify(dead);
  sum.add(dead.tag);
  Release::release(dead);
}

// Batches die in the order of their birth, then a table is churned.
template <class Release>
outcome run(const parameters& work) {
  std::array<block, objects> table;
  random_numbers random(6);
  checksum sum;
  for (std::size_t round = 0, end = work.count(4'500); round < end; ++round) {
    for (block& each : table) each = make_object(random);
    for (std::size_t i = 0; i < objects; ++i) {
      block& place = table[random.below(objects)];
      drop_object<Release>(place, sum);
      place = make_object(random);
    }
    for (const block& each : table) drop_object<Release>(each, sum);
  }
  return {sum.value()};
}

}  // namespace

extern const workload delete_sized = {
    .name = "delete_sized",
    .summary = "operator new, and operator delete that is told the size",
    .threaded = false,
    .run = run<sized>,
};

extern const workload delete_unsized = {
    .name = "delete_unsized",
    .summary = "The same with operator delete that is not told the size",
    .threaded = false,
    .run = run<unsized>,
};

}  // namespace strata::suite
