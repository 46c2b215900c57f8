// The libFuzzer target. A difference between heap and model ends the program,
// and libFuzzer keeps the input that led there; put it into corpus/.
#include <cstddef>
#include <cstdint>

#include "fuzz/heap_player.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  strata::test::heap_player player;
  player.play({data, size});
  return 0;
}
