// The libFuzzer target for bump regions. A difference between region and model ends the
// program, and libFuzzer keeps the input that led there; make a test of it.
#include <cstddef>
#include <cstdint>

#include "fuzz/bump_player.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  strata::test::bump_player<strata::bump_policies::high_performance>().play({data, size});
  strata::test::bump_player<strata::bump_policies::safety>().play({data, size});
  return 0;
}
