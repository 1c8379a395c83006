// tests/fuzz/parsers/targets.h - every place where a stranger's bytes are taken apart, one function each.
//
// Each is run over its seeds as a plain test (parsers_seeds_test), and for hours by libFuzzer (`tools/fuzz`).
#ifndef TESTS_FUZZ_PARSERS_TARGETS_H_
#define TESTS_FUZZ_PARSERS_TARGETS_H_

#include <array>
#include <string_view>

#include "crypto/base/bytes.h"

namespace zp::fuzz {

/// Once, before the first of them.
void prepare();

void pdf(ByteView bytes);
void signed_message(ByteView bytes);
void mail(ByteView bytes);
void tnef(ByteView bytes);
void picture(ByteView bytes);
void findings(ByteView bytes);
void packed(ByteView bytes);
void sniffed(ByteView bytes);

struct Target {
  std::string_view name;  // of the folder with its seeds
  void (*run)(ByteView bytes);
};
inline constexpr std::array kTargets = {Target{"pdf", pdf},         Target{"signed_message", signed_message},
                                        Target{"mail", mail},       Target{"tnef", tnef},
                                        Target{"picture", picture}, Target{"findings", findings},
                                        Target{"packed", packed},   Target{"sniffed", sniffed}};

}  // namespace zp::fuzz

#endif  // TESTS_FUZZ_PARSERS_TARGETS_H_
