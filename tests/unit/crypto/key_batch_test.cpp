#include "crypto/key_batch.h"

#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

namespace zp::crypto {
namespace {

const Bytes kMessage(300, 0x84);  // as an OpenPGP message begins

Bytes with_byte_changed(Bytes bytes, std::size_t at) {
  bytes[at] ^= 0x01;
  return bytes;
}

Result<DataKey> opened(ByteView sealed, const DataKey& batch) {
  const auto parts = parts_of(sealed);
  if (!parts) return std::unexpected(parts.error());
  return data_key_in(*parts, batch.bytes());
}

TEST(KeyBatch, AKeyThatWasSealedAloneIsInTheMessageItself) {
  const DataKey key = DataKey::generate();
  const auto parts = parts_of(kMessage);
  ASSERT_TRUE(parts);
  EXPECT_EQ(Bytes(parts->message.begin(), parts->message.end()), kMessage);
  EXPECT_EQ(data_key_in(*parts, key.bytes()).value().bytes(), key.bytes());
}

TEST(KeyBatch, EachOfABatchOpensByItselfWithTheMessageOfAll) {
  const DataKey batch = DataKey::generate(), first = DataKey::generate(), second = DataKey::generate();
  const Bytes one = sealed_in_batch(first, batch, kMessage).openpgp,
              two = sealed_in_batch(second, batch, kMessage).openpgp;
  EXPECT_EQ(opened(one, batch).value().bytes(), first.bytes());
  EXPECT_EQ(opened(two, batch).value().bytes(), second.bytes());
  EXPECT_EQ(Bytes(parts_of(one)->message.begin(), parts_of(one)->message.end()), kMessage);
}

TEST(KeyBatch, NothingOfAKeyIsInWhatItsSiblingsKeep) {
  const DataKey batch = DataKey::generate(), first = DataKey::generate(), second = DataKey::generate();
  const Bytes shredded = sealed_in_batch(first, batch, kMessage).openpgp;
  const Bytes left = sealed_in_batch(second, batch, kMessage).openpgp;
  const ByteView wrap = *parts_of(shredded)->wrapped;
  EXPECT_EQ(as_text(left).find(as_text(wrap)), std::string_view::npos);
  EXPECT_NE(opened(left, batch).value().bytes(), first.bytes());
}

TEST(KeyBatch, AWrapOfAnotherBatchIsRefused) {
  const DataKey batch = DataKey::generate(), other = DataKey::generate(), key = DataKey::generate();
  EXPECT_EQ(opened(sealed_in_batch(key, other, kMessage).openpgp, batch).error().code, Code::kTampered);
}

TEST(KeyBatch, AChangedOrCutWrapIsRefused) {
  const DataKey batch = DataKey::generate();
  const Bytes sealed = sealed_in_batch(DataKey::generate(), batch, kMessage).openpgp;
  const std::size_t wrap_begins = 8, message_begins = 48;
  for (std::size_t at = wrap_begins; at < message_begins; ++at)
    EXPECT_EQ(opened(with_byte_changed(sealed, at), batch).error().code, Code::kTampered) << at;
  for (std::size_t size = 8; size < message_begins; ++size)
    EXPECT_EQ(parts_of(ByteView(sealed).first(size)).error().code, Code::kMalformed) << size;
}

TEST(KeyBatch, ALaterVersionIsRefusedAndAnotherMagicIsNoBatch) {
  const Bytes sealed = sealed_in_batch(DataKey::generate(), DataKey::generate(), kMessage).openpgp;
  EXPECT_EQ(parts_of(with_byte_changed(sealed, 7)).error().code, Code::kMalformed);
  for (std::size_t at = 0; at < 7; ++at)  // then gpg is asked, and knows no such packet
    EXPECT_FALSE(parts_of(with_byte_changed(sealed, at))->wrapped) << at;
}

// Keys sealed by an earlier program must open for ever: the file is never made anew.
TEST(KeyBatch, VectorsOpenOrAreRefusedAsTheyAlwaysWere) {
  std::ifstream file(ZP_SOURCE_DIR "/tests/vectors/sealed_keys.json");
  const auto vectors = nlohmann::json::parse(file);
  ASSERT_EQ(vectors.size(), 7u);
  for (const auto& vector : vectors) {
    const auto text = [&](const char* name) { return vector.at(name).get<std::string>(); };
    SCOPED_TRACE(text("what"));
    const Bytes sealed = from_base64(text("sealed")).value();
    const auto parts = parts_of(sealed);
    const auto content = SecretBytes::copy_of(from_hex(text("content")).value());
    const auto key = parts ? data_key_in(*parts, content) : std::unexpected(parts.error());
    ASSERT_EQ(key.has_value(), vector.contains("data_key"));
    if (!key) continue;
    EXPECT_EQ(to_hex(key->bytes().view()), text("data_key"));
    EXPECT_EQ(to_base64(parts->message), text("message"));
  }
}

}  // namespace
}  // namespace zp::crypto
