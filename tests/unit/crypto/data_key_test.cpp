#include "crypto/data_key.h"

#include <gtest/gtest.h>

#include <set>

#include "crypto/hash.h"

namespace zp::crypto {
namespace {

SecretBytes secret(std::string_view hex) { return SecretBytes::copy_of(from_hex(hex).value()); }

TEST(Sha256, FollowsFips180Vectors) {
  EXPECT_EQ(to_hex(sha256({})), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(to_hex(sha256(as_bytes("abc"))), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  Sha256 stream;
  stream.append(as_bytes("a"));
  stream.append({});
  stream.append(as_bytes("bc"));
  EXPECT_EQ(stream.finish(), sha256(as_bytes("abc")));
}

TEST(Sha256, GoesOnWhereAnotherWasLaidDown) {
  Bytes stream(1000);
  for (std::size_t i = 0; i < stream.size(); ++i) stream[i] = static_cast<std::uint8_t>(i);
  for (const std::size_t cut : {0U, 1U, 63U, 64U, 65U, 999U, 1000U}) {
    Sha256 first;
    first.append(ByteView(stream).first(cut));
    Sha256 second = Sha256::resume(first.state()).value();
    second.append(ByteView(stream).subspan(cut));
    EXPECT_EQ(second.finish(), sha256(stream)) << cut;
  }
}

TEST(Sha256, RefusesAStateOfAnotherLength) {
  Sha256 stream;
  stream.append(as_bytes("abc"));
  Bytes state = stream.state();
  state.push_back(0);
  EXPECT_EQ(Sha256::resume(state).error().code, Code::kMalformed);
  EXPECT_EQ(Sha256::resume(ByteView(state).first(20)).error().code, Code::kMalformed);
}

TEST(HmacSha256, FollowsRfc4231Vectors) {
  EXPECT_EQ(to_hex(hmac_sha256(SecretBytes::copy_of("Jefe"), as_bytes("what do ya want for nothing?"))),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(to_hex(hmac_sha256(SecretBytes(), {})), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(HkdfSha256, FollowsRfc5869Vectors) {
  const SecretBytes ikm = secret("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b");
  const Bytes salt = from_hex("000102030405060708090a0b0c").value();
  const Bytes info = from_hex("f0f1f2f3f4f5f6f7f8f9").value();
  EXPECT_EQ(to_hex(hkdf_sha256(ikm, salt, as_text(info), 42).view()),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
  EXPECT_EQ(to_hex(hkdf_sha256(ikm, {}, "", 42).view()),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

TEST(ZoneKey, WrapsAsRfc3394Section46) {
  const ZoneKey zone =
      ZoneKey::from(secret("000102030405060708090A0B0C0D0E0F101112131415161718191A1B1C1D1E1F")).value();
  const DataKey key = DataKey::from(secret("00112233445566778899AABBCCDDEEFF000102030405060708090A0B0C0D0E0F")).value();
  const Bytes wrapped = zone.wrap(key);
  EXPECT_EQ(to_hex(wrapped), "28c9f404c4b810f4cbccb35cfb87f8263f5786e2d80ed326cbc7f0e71a99f43bfb988b9b7a02dd21");
  EXPECT_EQ(zone.unwrap(wrapped).value().bytes(), key.bytes());
}

TEST(ZoneKey, NoticesEveryChangedBitAndCut) {
  const ZoneKey zone = ZoneKey::generate();
  const Bytes wrapped = zone.wrap(DataKey::generate());
  for (std::size_t bit = 0; bit < wrapped.size() * 8; ++bit) {
    Bytes changed = wrapped;
    changed[bit / 8] ^= static_cast<std::uint8_t>(1u << bit % 8);
    EXPECT_EQ(zone.unwrap(changed).error().code, Code::kTampered);
  }
  for (std::size_t size = 0; size < wrapped.size(); ++size)
    EXPECT_EQ(zone.unwrap(ByteView(wrapped).first(size)).error().code, Code::kTampered);
  EXPECT_EQ(ZoneKey::generate().unwrap(wrapped).error().code, Code::kTampered);
}

TEST(ZoneKey, ASuccessorIsAnotherKeyWithTheSameSearchIndex) {
  const ZoneKey first = ZoneKey::generate(), second = first.successor(), third = second.successor();
  EXPECT_NE(first.bytes(), second.bytes());
  EXPECT_NE(first.name(), second.name());
  EXPECT_EQ(third.search_key(), first.search_key());
  EXPECT_EQ(first.kept().size(), 32u);
  const ZoneKey again = ZoneKey::from(third.kept()).value();
  EXPECT_EQ(again.bytes(), third.bytes());
  EXPECT_EQ(again.name(), third.name());
  EXPECT_EQ(again.search_key(), first.search_key());
  EXPECT_FALSE(ZoneKey::from(SecretBytes::random(63)));
  EXPECT_FALSE(ZoneKey::from(SecretBytes(64)));
}

TEST(ZoneKeys, OpenWhatEitherWrapped) {
  const ZoneKey before = ZoneKey::generate();
  const DataKey key = DataKey::generate();
  const ZoneKeys keys{before.successor(), before.clone()};
  EXPECT_EQ(keys.unwrap(before.wrap(key)).value().bytes(), key.bytes());
  EXPECT_EQ(keys.unwrap(keys.current.wrap(key)).value().bytes(), key.bytes());
  EXPECT_EQ(keys.unwrap(ZoneKey::generate().wrap(key)).error().code, Code::kTampered);
  EXPECT_EQ((ZoneKeys{keys.current.clone(), {}}.unwrap(before.wrap(key)).error().code), Code::kTampered);
}

TEST(DataKey, RefusesAKeyThatWasNeverFilled) {
  EXPECT_FALSE(DataKey::from(SecretBytes(32)));
  EXPECT_FALSE(DataKey::from(SecretBytes::copy_of(Bytes(32, 0xdb))));
  EXPECT_FALSE(DataKey::from(SecretBytes::random(31)));
  EXPECT_FALSE(DataKey::from(SecretBytes()));
  EXPECT_FALSE(ZoneKey::from(SecretBytes(32)));
}

TEST(DataKey, TenFreshKeysAndTheirChildrenAllDiffer) {
  std::set<std::string> seen;
  for (int i = 0; i < 10; ++i) {
    const DataKey key = DataKey::generate();
    seen.insert(to_hex(key.bytes().view()));
    seen.insert(to_hex(key.derive("profile").bytes().view()));
    seen.insert(to_hex(key.derive("shelf").bytes().view()));
  }
  EXPECT_EQ(seen.size(), 30u);
}

TEST(DataKey, GivesTheSameChildForTheSameLabel) {
  const DataKey key = DataKey::generate();
  EXPECT_EQ(key.derive("profile").bytes(), key.clone().derive("profile").bytes());
}

}  // namespace
}  // namespace zp::crypto
