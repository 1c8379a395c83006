// One libFuzzer program per target: ZP_TARGET names it.
#include <cstdint>

#include "tests/fuzz/parsers/targets.h"

extern "C" int LLVMFuzzerInitialize(int*, char***) {
  zp::fuzz::prepare();
  return 0;
}

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  zp::fuzz::ZP_TARGET({data, size});
  return 0;
}
