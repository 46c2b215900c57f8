// Pairs of functions that count a reference by strata and by hand. handle_code.sh counts
// the instructions that the compiler made of each.
#include <strata/object/ref.hpp>

#include <cstdint>

struct header_by_hand {
  const void* type;
  std::uint32_t count;
  std::uint32_t flags;
};

extern "C" {

void add_by_strata(const void* object) { strata::add_reference(object); }
void add_by_hand(header_by_hand* object) { ++object[-1].count; }

// One branch more than by hand: where a count that passed its end is found.
void end_by_hand(header_by_hand* object);
bool drop_by_strata(strata::object_header* object) {
  return strata::plain_counting::subtract(object[-1]);
}
bool drop_by_hand(header_by_hand* object) {
  const std::uint32_t left = --object[-1].count;
  if (static_cast<std::int32_t>(left) < 0) end_by_hand(object);
  if (left != 0) return false;
  if (object[-1].flags == 0) return true;
  end_by_hand(object);
  return false;
}
}
