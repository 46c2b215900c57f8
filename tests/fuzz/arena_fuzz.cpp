// The libFuzzer target for arenas. A difference between arena and model ends the
// program, and libFuzzer keeps the input that led there; make a test of it.
#include <cstddef>
#include <cstdint>

#include "fuzz/arena_player.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  strata::test::arena_player<strata::arena>(0).play({data, size});
  strata::test::arena_player<strata::arena>(100'000).play({data, size});
  strata::test::arena_player<strata::basic_arena<1>>(100'000).play({data, size});
  return 0;
}
