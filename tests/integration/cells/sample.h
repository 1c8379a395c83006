// One of the project's samples (samples/), made for the test that asks for it.
#ifndef TESTS_INTEGRATION_CELLS_SAMPLE_H_
#define TESTS_INTEGRATION_CELLS_SAMPLE_H_

#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "crypto/base/bytes.h"

namespace zp::test {

inline std::string sample(const std::string& name) {
  const std::filesystem::path folder = std::filesystem::temp_directory_path() / ("zp-scan-" + Id::random().hex());
  const std::string make = ZP_SOURCE_DIR "/samples/make " + folder.string() + " --only " + name + " > /dev/null";
  EXPECT_EQ(std::system(make.c_str()), 0);
  std::ifstream file(folder / name, std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(file), {}};
  std::filesystem::remove_all(folder);
  return bytes;
}

}  // namespace zp::test

#endif  // TESTS_INTEGRATION_CELLS_SAMPLE_H_
