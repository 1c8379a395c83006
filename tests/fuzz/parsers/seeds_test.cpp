// Every seed of every fuzz target, and mutations of it: nothing crashes, nothing takes long.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <random>

#include "tests/fuzz/parsers/targets.h"

namespace zp::fuzz {
namespace {

using Seeds = std::map<std::string, Bytes>;

constexpr std::chrono::seconds kLongest{10};  // for one input, on a busy machine

Seeds seeds_of(std::string_view target) {
  Seeds seeds;
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(ZP_SOURCE_DIR "/tests/fuzz/seeds/") + std::string(target))) {
    std::ifstream file(entry.path(), std::ios::binary);
    seeds[entry.path().filename()] = Bytes(std::istreambuf_iterator<char>(file), {});
  }
  return seeds;
}

void run(const Target& target, ByteView bytes, const std::string& name) {
  const auto begin = std::chrono::steady_clock::now();
  target.run(bytes);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, kLongest) << name;
}

class Seeded : public testing::TestWithParam<Target> {
 protected:
  static void SetUpTestSuite() { prepare(); }
};

TEST_P(Seeded, NoSeedIsLostOrCrashes) {
  static const std::map<std::string_view, std::size_t> kCounts = {{"pdf", 9},    {"signed_message", 4}, {"mail", 9},
                                                                  {"tnef", 4},   {"picture", 7},        {"findings", 3},
                                                                  {"packed", 8}, {"sniffed", 6}};
  const Seeds seeds = seeds_of(GetParam().name);
  EXPECT_EQ(seeds.size(), kCounts.at(GetParam().name));
  for (const auto& [name, bytes] : seeds) run(GetParam(), bytes, name);
}

TEST_P(Seeded, NoMutationCrashes) {
  constexpr int kMutations = 40;  // of each seed
  std::mt19937 random(20261122);
  const auto below = [&](std::size_t end) {
    return static_cast<std::size_t>(random()) % std::max<std::size_t>(end, 1);
  };
  for (const auto& [name, seed] : seeds_of(GetParam().name)) {
    for (int i = 0; i < kMutations; ++i) {
      Bytes bytes = seed;
      for (std::size_t change = below(8); change-- > 0 && !bytes.empty();)
        bytes[below(bytes.size())] = static_cast<std::uint8_t>(random());
      if (i % 4 == 0) bytes.resize(below(bytes.size() + 1));
      run(GetParam(), bytes, name + " " + std::to_string(i));
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Parsers, Seeded, testing::ValuesIn(kTargets),
                         [](const auto& target) { return std::string(target.param.name); });

}  // namespace
}  // namespace zp::fuzz
