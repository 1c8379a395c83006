#include "crypto/cms.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <ctime>

#include "crypto/hash.h"
#include "tests/unit/crypto/openssl_folder.h"

namespace zp::crypto {
namespace {

using testing::Contains;
using testing::IsEmpty;

class Seal : public testing::Test {
 protected:
  SealKey::Pem pem_ = SealKey::self_signed("Zegelpost demonstratie", 365);
  SealKey key_ = SealKey::load(pem_.chain, pem_.key).value();
  Bytes cms_ = key_.sign_digest(sha256(as_bytes(kContent))).value();
};

TEST_F(Seal, HoldsOverItsContentAndChainsToItsAnchor) {
  const CmsVerdict verdict = verify(cms_, kContent, pem_.chain);
  EXPECT_EQ(verdict.integrity, Integrity::kOk);
  EXPECT_EQ(verdict.chain, Chain::kTrusted);
  EXPECT_EQ(verdict.signer, "Zegelpost demonstratie");
  EXPECT_EQ(verdict.digest_algorithm, "SHA256");
  EXPECT_EQ(verdict.key, "EC-P-256");
  EXPECT_THAT(verdict.weaknesses, IsEmpty());
}

TEST_F(Seal, CarriesNoSigningTimeSoThatThePdfKeepsIt) { EXPECT_FALSE(verify(cms_, kContent).claimed_time); }

TEST_F(Seal, IsCadesToTheOpensslCommandLine) {
  const OpensslFolder folder;
  folder.write("cms.der", as_text(cms_));
  folder.write("content", kContent);
  folder.write("anchor.pem", pem_.chain);
  const std::string verify =
      "cms -verify -binary -inform DER -in cms.der -CAfile anchor.pem -partial_chain -purpose any -cades "
      "-content ";
  EXPECT_TRUE(folder.run(verify + "content"));
  folder.write("other", "een andere brief");
  EXPECT_FALSE(folder.run(verify + "other"));
}

TEST_F(Seal, BreaksWithItsContent) {
  EXPECT_EQ(verify(cms_, "de inhoud van een brieF").integrity, Integrity::kBroken);
  EXPECT_EQ(verify(cms_, "").integrity, Integrity::kBroken);
}

// CMS itself protects neither its two version numbers nor the name of the signature algorithm, nor the list of digest
// algorithms in front (RFC 5652 section 5.1), and nothing hangs on them.
TEST_F(Seal, BreaksWithEveryByteThatSaysSomething) {
  const Bytes ecdsa_with_sha256 = from_hex("06082a8648ce3d040302").value();
  const auto algorithm = std::find_end(cms_.begin(), cms_.end(), ecdsa_with_sha256.begin(), ecdsa_with_sha256.end());
  const auto algorithm_at = static_cast<std::size_t>(algorithm - cms_.begin());
  const Bytes sha256_alone = from_hex("310d300b0609608648016503040201").value();
  const auto list = std::search(cms_.begin(), cms_.end(), sha256_alone.begin(), sha256_alone.end());
  const auto list_at = static_cast<std::size_t>(list - cms_.begin());
  std::size_t versions = 0;
  for (std::size_t at = 0; at < cms_.size(); ++at) {
    if (at >= algorithm_at && at < algorithm_at + ecdsa_with_sha256.size()) continue;
    if (at >= list_at && at < list_at + sha256_alone.size()) continue;
    Bytes changed = cms_;
    changed[at] ^= 0x01;
    const CmsVerdict verdict = verify(changed, kContent, pem_.chain);
    if (verdict.integrity != Integrity::kOk || verdict.chain != Chain::kTrusted) continue;
    ++versions;
    EXPECT_EQ(to_hex(ByteView(cms_).subspan(at - 2, 3)), "020101") << at;
  }
  EXPECT_EQ(versions, 2u);
}

TEST_F(Seal, MayBePaddedWithZerosAndNothingElse) {
  Bytes padded = cms_;
  padded.resize(12'000);
  EXPECT_EQ(verify(padded, kContent).integrity, Integrity::kOk);
  padded.back() = 1;
  EXPECT_EQ(verify(padded, kContent).integrity, Integrity::kBroken);
}

TEST_F(Seal, NeverHoldsWhenCut) {
  for (std::size_t size = 0; size < cms_.size(); ++size)
    EXPECT_NE(verify(ByteView(cms_).first(size), kContent).integrity, Integrity::kOk) << size;
}

TEST_F(Seal, IsJudgedAtTheTimeGivenAndAgainstTheAnchorsGiven) {
  const auto chain_at = [&](std::int64_t at) {
    return verify_detached(cms_, spans(kContent), CmsForm::kDetached, {pem_.chain}, at).chain;
  };
  EXPECT_EQ(chain_at(key_.not_after() - 1), Chain::kTrusted);
  EXPECT_EQ(chain_at(key_.not_after() + 1), Chain::kExpired);
  EXPECT_EQ(chain_at(0), Chain::kExpired);
  EXPECT_EQ(verify(cms_, kContent, SealKey::self_signed("Zegelpost demonstratie", 365).chain).chain, Chain::kUntrusted);
  EXPECT_EQ(verify(cms_, kContent).chain, Chain::kUnknown);
}

TEST_F(Seal, IsNotLoadedWithAForeignOrWeakOrLockedKey) {
  const SealKey::Pem other = SealKey::self_signed("Iemand anders", 1);
  EXPECT_EQ(SealKey::load(pem_.chain, other.key).error().code, Code::kConfig);
  EXPECT_EQ(SealKey::load("geen certificaat", pem_.key).error().code, Code::kConfig);
  EXPECT_EQ(SealKey::load(pem_.chain, SecretBytes::copy_of("geen sleutel")).error().code, Code::kConfig);
  const OpensslFolder folder;
  folder.make_signer("rsa:2048");
  EXPECT_EQ(SealKey::load(folder.read("cert.pem"), SecretBytes::copy_of(folder.read("key.pem"))).error().code,
            Code::kConfig);
  ASSERT_TRUE(
      folder.run("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -aes256 -pass pass:x -out locked.pem"));
  EXPECT_EQ(SealKey::load(pem_.chain, SecretBytes::copy_of(folder.read("locked.pem"))).error().code, Code::kConfig);
}

TEST_F(Seal, SignsDigestsOf32BytesOnly) {
  EXPECT_EQ(key_.sign_digest(as_bytes("kort")).error().code, Code::kMalformed);
}

TEST(SealWithRsa, HoldsToo) {
  const OpensslFolder folder;
  folder.make_signer("rsa:3072");
  const SealKey key = SealKey::load(folder.read("cert.pem"), SecretBytes::copy_of(folder.read("key.pem"))).value();
  const CmsVerdict verdict =
      verify(key.sign_digest(sha256(as_bytes(kContent))).value(), kContent, folder.read("cert.pem"));
  EXPECT_EQ(verdict.integrity, Integrity::kOk);
  EXPECT_EQ(verdict.chain, Chain::kTrusted);
  EXPECT_EQ(verdict.key, "RSA-3072");
}

// Signatures of somebody else: made by the openssl command line.
class ForeignCms : public testing::Test {
 protected:
  std::string sign(const std::string& options) {
    folder_.write("content", kContent);
    EXPECT_TRUE(folder_.run("cms -sign -binary -in content -signer cert.pem -inkey key.pem -outform DER -out cms.der " +
                            options));
    return folder_.read("cms.der");
  }
  OpensslFolder folder_;
};

TEST_F(ForeignCms, TellsTheTimeThatItClaims) {
  folder_.make_signer("rsa:2048");
  const CmsVerdict verdict = verify(as_bytes(sign("-md sha256")), kContent, folder_.read("cert.pem"));
  EXPECT_EQ(verdict.integrity, Integrity::kOk);
  EXPECT_EQ(verdict.chain, Chain::kTrusted);
  ASSERT_TRUE(verdict.claimed_time);
  EXPECT_NEAR(static_cast<double>(*verdict.claimed_time), static_cast<double>(std::time(nullptr)), 60);
}

TEST_F(ForeignCms, IsRefusedWhenADetachedOneCarriesItsOwnContent) {
  folder_.make_signer("rsa:2048");
  EXPECT_EQ(verify(as_bytes(sign("-nodetach")), kContent).integrity, Integrity::kBroken);
  EXPECT_EQ(verify(as_bytes(sign("-nodetach")), "iets anders").integrity, Integrity::kBroken);
}

TEST_F(ForeignCms, IsNamedWeakForOldDigestsAndShortKeys) {
  folder_.make_signer("rsa:1024", "sha1");
  const CmsVerdict verdict = verify(as_bytes(sign("-md sha1")), kContent);
  EXPECT_EQ(verdict.integrity, Integrity::kOk);
  EXPECT_THAT(verdict.weaknesses, Contains("SHA1"));
  EXPECT_THAT(verdict.weaknesses, Contains("RSA-1024"));
  EXPECT_THAT(verify(as_bytes(sign("-md md5")), kContent).weaknesses, Contains("MD5"));
}

TEST_F(ForeignCms, HoldsWithoutSignedAttributes) {
  folder_.make_signer("rsa:2048");
  const std::string cms = sign("-noattr");
  EXPECT_EQ(verify(as_bytes(cms), kContent).integrity, Integrity::kOk);
  EXPECT_EQ(verify(as_bytes(cms), "iets anders").integrity, Integrity::kBroken);
}

TEST_F(ForeignCms, WithPssHoldsUnlessItsTwoDigestsDiffer) {
  folder_.make_signer("rsa:2048");
  const std::string pss = "-md sha256 -keyopt rsa_padding_mode:pss ";
  EXPECT_EQ(verify(as_bytes(sign(pss)), kContent).integrity, Integrity::kOk);
  EXPECT_EQ(verify(as_bytes(sign(pss + "-keyopt rsa_mgf1_md:sha512")), kContent).integrity, Integrity::kBroken);
}

TEST_F(ForeignCms, WithoutItsCertificateCannotBeJudged) {
  folder_.make_signer("rsa:2048");
  EXPECT_EQ(verify(as_bytes(sign("-nocerts")), kContent).integrity, Integrity::kUnknown);
}

TEST_F(ForeignCms, InTheSha1FormHoldsOverTheDigestOfTheContent) {
  folder_.make_signer("rsa:2048");
  ASSERT_TRUE((folder_.write("content", kContent), folder_.run("dgst -sha1 -binary -out digest content")));
  ASSERT_TRUE(
      folder_.run("cms -sign -binary -nodetach -in digest -signer cert.pem -inkey key.pem -outform DER -out cms.der"));
  const std::string cms = folder_.read("cms.der");
  const CmsVerdict verdict = verify(as_bytes(cms), kContent, {}, CmsForm::kSha1Digest);
  EXPECT_EQ(verdict.integrity, Integrity::kOk);
  EXPECT_THAT(verdict.weaknesses, Contains("SHA1"));
  EXPECT_EQ(verify(as_bytes(cms), "iets anders", {}, CmsForm::kSha1Digest).integrity, Integrity::kBroken);
  EXPECT_EQ(verify(as_bytes(sign("")), kContent, {}, CmsForm::kSha1Digest).integrity, Integrity::kBroken);
}

TEST_F(ForeignCms, ThatIsATimeStampHoldsOverWhatItStamped) {
  ASSERT_TRUE(
      folder_.run("req -x509 -nodes -newkey rsa:2048 -subj '/CN=Fictieve Tijdstempelaar' -days 30 -keyout key.pem"
                  " -out cert.pem -addext extendedKeyUsage=critical,timeStamping"));
  folder_.write("tsa.cnf",
                "[tsa]\nserial=serial\ndefault_policy=1.2.3.4\ndigests=sha256\nsigner_digest="
                "sha256\naccuracy=secs:1\n");
  folder_.write("content", kContent);
  ASSERT_TRUE(folder_.run("ts -query -data content -sha256 -cert -out query"));
  ASSERT_TRUE(
      folder_.run("ts -reply -queryfile query -signer cert.pem -inkey key.pem -config tsa.cnf -section tsa"
                  " -token_out -out cms.der"));
  const std::string token = folder_.read("cms.der");
  const CmsVerdict verdict = verify(as_bytes(token), kContent, {}, CmsForm::kTimeStamp);
  EXPECT_EQ(verdict.integrity, Integrity::kOk);
  EXPECT_EQ(verdict.signer, "Fictieve Tijdstempelaar");
  ASSERT_TRUE(verdict.claimed_time);
  EXPECT_NEAR(static_cast<double>(*verdict.claimed_time), static_cast<double>(std::time(nullptr)), 60);
  EXPECT_EQ(verify(as_bytes(token), "iets anders", {}, CmsForm::kTimeStamp).integrity, Integrity::kBroken);
  EXPECT_EQ(verify(as_bytes(token), kContent).integrity, Integrity::kBroken) << "it is no signature of the content";
}

// Made by pyHanko 0.38, since the openssl command line makes none.
TEST(Ed448Cms, HoldsWithTheDigestThatRfc8419Wants) {
  std::ifstream file(ZP_SOURCE_DIR "/tests/vectors/ed448-shake256.b64");
  std::string text;
  ASSERT_TRUE(std::getline(file, text));
  const Bytes cms = from_base64(text).value();
  EXPECT_EQ(verify(cms, kContent).integrity, Integrity::kOk);
  EXPECT_EQ(verify(cms, "iets anders").integrity, Integrity::kBroken);
}

// Outermost with a length that is not given: BER that is no DER, as some signing devices write it.
TEST_F(ForeignCms, HoldsHoweverItsLengthIsWritten) {
  folder_.make_signer("rsa:2048");
  const std::string der = sign("");
  ASSERT_EQ(der.substr(0, 2), "\x30\x82");
  const std::string ber = "\x30\x80" + der.substr(4) + std::string(2, '\0');
  const CmsVerdict verdict = verify(as_bytes(ber), kContent, folder_.read("cert.pem"));
  EXPECT_EQ(verdict.integrity, Integrity::kOk);
  EXPECT_EQ(verdict.chain, Chain::kTrusted);
  EXPECT_EQ(verify(as_bytes(ber), "iets anders").integrity, Integrity::kBroken);
  EXPECT_EQ(verify(as_bytes(der + "x"), kContent).integrity, Integrity::kBroken) << "something follows it";
}

TEST_F(ForeignCms, ThatIsEncryptedOrRubbishIsBroken) {
  folder_.make_signer("rsa:2048");
  folder_.write("content", kContent);
  ASSERT_TRUE(folder_.run("cms -encrypt -binary -in content -outform DER -out cms.der cert.pem"));
  EXPECT_EQ(verify(as_bytes(folder_.read("cms.der")), kContent).integrity, Integrity::kBroken);
  EXPECT_EQ(verify(as_bytes("\x30\x80geen CMS"), kContent).integrity, Integrity::kBroken);
  EXPECT_EQ(verify({}, kContent).integrity, Integrity::kBroken);
}

}  // namespace
}  // namespace zp::crypto
