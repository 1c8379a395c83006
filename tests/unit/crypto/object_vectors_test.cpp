// Objects sealed by an earlier program must open for ever: tests/vectors/objects.json is never made anew.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "crypto/object.h"

namespace zp::crypto {
namespace {

TEST(ObjectVectors, OpenOrAreRefusedAsTheyAlwaysWere) {
  std::ifstream file(ZP_SOURCE_DIR "/tests/vectors/objects.json");
  const auto vectors = nlohmann::json::parse(file);
  ASSERT_EQ(vectors.size(), 17u);
  for (const auto& vector : vectors) {
    const auto text = [&](const char* name) { return vector.at(name).get<std::string>(); };
    SCOPED_TRACE(text("what"));
    const DataKey key = DataKey::from(SecretBytes::copy_of(from_hex(text("data_key")).value())).value();
    const ObjectLabel label{Id::parse(text("context")).value(), Id::parse(text("object")).value(), vector.at("part")};
    const Result<SecretBytes> opened = open_bytes(key, label, from_base64(text("sealed")).value());
    ASSERT_EQ(opened.has_value(), vector.at("opens").get<bool>());
    if (!opened) continue;
    ASSERT_EQ(opened->size(), vector.at("plaintext_bytes").get<std::size_t>());
    for (std::size_t i = 0; i < opened->size(); ++i) ASSERT_EQ(opened->view()[i], i % 251);
  }
}

}  // namespace
}  // namespace zp::crypto
