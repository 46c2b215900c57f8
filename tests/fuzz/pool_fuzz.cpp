// The libFuzzer target for pools. A difference between pool and model ends the program,
// and libFuzzer keeps the input that led there; put it into pool_corpus/.
#include <cstddef>
#include <cstdint>

#include "fuzz/pool_kinds.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  strata::test::play_on_pools({data, size});
  return 0;
}
