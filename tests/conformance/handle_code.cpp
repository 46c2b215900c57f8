// Pairs of functions that do the same by a handle and by hand. handle_code.sh counts
// the instructions that the compiler made of each.
#include <strata/pool/fixed_pool.hpp>
#include <strata/pool/growing_pool.hpp>
#include <strata/pool/owned_handle.hpp>
#include <strata/pool/shared_handle.hpp>

#include <cstdint>
#include <new>
#include <utility>

struct subject {
  std::uint64_t value;
  std::uint64_t more[5];
};

using fixed = strata::fixed_pool<subject>;
using growing = strata::growing_pool<subject>;
using two_wide = strata::owned_handle<subject, fixed>;
using one_wide = strata::owned_handle<subject, growing>;
using shared = strata::shared_handle<subject>;

extern "C" {

std::uint64_t read_by_handle(const one_wide& from) { return from->value; }
std::uint64_t read_by_shared(const shared& from) { return from->value; }
std::uint64_t read_by_hand(subject* const& from) { return from->value; }

void move_by_handle(one_wide& to, one_wide& from) { ::new (&to) one_wide(std::move(from)); }
void move_by_hand(subject*& to, subject*& from) {
  to = from;
  from = nullptr;
}

void end_fixed_by_handle(two_wide& handle) { handle.~owned_handle(); }
struct fixed_pair {
  fixed* pool;
  subject* object;
};
void end_fixed_by_hand(fixed_pair& by_hand) {
  if (by_hand.object != nullptr) by_hand.pool->release(by_hand.object);
}

void end_growing_by_handle(one_wide& handle) { handle.~owned_handle(); }
void end_growing_by_hand(subject*& object) {
  if (object != nullptr) growing::of(object).release(object);
}
}
