// OpenPGP mail both ways, with gpg's and rnp's command lines as the other side.
#include "crypto/keyring/openpgp_mail.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "crypto/keyring/web_key.h"

namespace zp::crypto {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;
using testing::SizeIs;

const std::string kMail = "Content-Type: text/plain\r\n\r\nHet besluit MARKER staat hier.\r\n";
constexpr std::size_t kRoom = 1024 * 1024;

std::string output_of(const std::string& command) {
  std::string output;
  FILE* const pipe = ::popen(("{ " + command + "; } 2>&1").c_str(), "r");
  char buffer[4096];
  while (const std::size_t got = std::fread(buffer, 1, sizeof buffer, pipe)) output.append(buffer, got);
  ::pclose(pipe);
  return output;
}

/// Our zone home, and the home of somebody who writes to us; each knows the other's public key by file alone.
class OpenPgpMail : public testing::Test {
 protected:
  struct Homes {
    Homes() {
      char path[] = "/tmp/zpo-XXXXXX";
      base = ::mkdtemp(path);
    }
    ~Homes() {
      for (const char* name : {"/zone", "/jan", "/known"}) stop_agent(base + name);
      std::error_code error;
      for (int i = 0; i < 5 && fs::exists(base); ++i) fs::remove_all(base, error);
    }
    std::string base;
    OpenPgpKey ours, jans;
    std::string our_key, jans_key;
  };
  static void SetUpTestSuite() {
    homes_ = new Homes;
    ASSERT_TRUE(prepare_home(zone()));
    ASSERT_TRUE(prepare_home(jan()));
    ASSERT_TRUE(prepare_home(known(), HomeKind::kPublic));
    homes_->ours = *generate_key(zone(), "Zorgloket", 1);
    homes_->jans = *generate_key(jan(), "Jan <jan@voorbeeld.example>", 1);
    homes_->our_key = *export_public(zone(), homes_->ours.fingerprint);
    homes_->jans_key = *export_public(jan(), homes_->jans.fingerprint);
    ASSERT_TRUE(import_keys(jan(), as_bytes(homes_->our_key)));
    ASSERT_TRUE(import_keys(known(), as_bytes(homes_->jans_key)));
  }
  static void TearDownTestSuite() { delete homes_; }
  static std::string zone() { return homes_->base + "/zone"; }
  static std::string jan() { return homes_->base + "/jan"; }
  static std::string known() { return homes_->base + "/known"; }

  static std::string write(const std::string& name, std::string_view text) {
    std::ofstream(homes_->base + "/" + name, std::ios::binary) << text;
    return homes_->base + "/" + name;
  }
  static std::string read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  /// What Jan's gpg makes of kMail for us.
  static std::string from_jan(const std::string& options) {
    const std::string mail = write("mail.txt", kMail), out = homes_->base + "/out.asc";
    fs::remove(out);
    const std::string said = output_of("gpg --homedir " + jan() + " --armor --output " + out + " --recipient " +
                                       homes_->ours.fingerprint + " " + options + " " + mail);
    EXPECT_TRUE(fs::exists(out)) << said;
    return read(out);
  }

  static inline Homes* homes_ = nullptr;
  const std::int64_t now_ = std::time(nullptr);
};

TEST_F(OpenPgpMail, GpgAndRnpReadWhatWeEncrypt) {
  const auto armour = encrypt_openpgp(as_bytes(homes_->jans_key), homes_->jans.fingerprint, as_bytes(kMail), now_);
  ASSERT_TRUE(armour) << armour.error().message();
  EXPECT_EQ(armour->find("MARKER"), std::string::npos);
  const std::string path = write("ours.asc", *armour);
  EXPECT_THAT(output_of("gpg --homedir " + jan() + " --decrypt " + path), HasSubstr(kMail));
  const std::string secret = write("jan-secret.asc", export_secret(jan(), homes_->jans.fingerprint)->text());
  const std::string ring = homes_->base + "/rnp";
  fs::create_directory(ring);
  output_of("rnpkeys --homedir " + ring + " --import " + secret);
  EXPECT_THAT(output_of("rnp --homedir " + ring + " --decrypt " + path + " --output -"), HasSubstr(kMail));
}

TEST_F(OpenPgpMail, GpgAcceptsOurSignature) {
  const auto made = sign_openpgp(zone(), homes_->ours.fingerprint, as_bytes(kMail));
  ASSERT_TRUE(made) << made.error().message();
  EXPECT_THAT(made->micalg, testing::MatchesRegex("pgp-sha(256|384|512)"));
  const std::string signature = write("ours.sig", made->armour), mail = write("mail.txt", kMail);
  EXPECT_THAT(output_of("gpg --homedir " + jan() + " --verify " + signature + " " + mail), HasSubstr("Good signature"));
}

TEST_F(OpenPgpMail, WeOpenWhatIsEncryptedToUsAndSayWhoSignedIt) {
  auto opened = open_openpgp(zone(), known(), as_bytes(from_jan("--encrypt")), kRoom);
  ASSERT_TRUE(opened) << opened.error().message();
  EXPECT_EQ(opened->content.text(), kMail);
  EXPECT_THAT(opened->signatures, SizeIs(0));
  const std::string both = from_jan("--sign --encrypt");
  opened = open_openpgp(zone(), known(), as_bytes(both), kRoom);
  ASSERT_TRUE(opened) << opened.error().message();
  EXPECT_EQ(opened->content.text(), kMail);
  ASSERT_THAT(opened->signatures, SizeIs(1));
  EXPECT_EQ(opened->signatures.front().state, OpenPgpSignature::State::kGood);
  EXPECT_THAT(opened->signatures.front().signer, HasSubstr("jan@voorbeeld.example"));
  opened = open_openpgp(zone(), "", as_bytes(both), kRoom);
  ASSERT_TRUE(opened);
  ASSERT_THAT(opened->signatures, SizeIs(1));
  EXPECT_EQ(opened->signatures.front().state, OpenPgpSignature::State::kNoKey);
}

TEST_F(OpenPgpMail, WithoutProtectionAgainstChangesNothingIsHandedOut) {
  const auto opened = open_openpgp(zone(), known(), as_bytes(from_jan("--encrypt --rfc2440 --disable-mdc")), kRoom);
  ASSERT_FALSE(opened);
  EXPECT_EQ(opened.error().code, Code::kTampered);
}

TEST_F(OpenPgpMail, WhatWasChangedOrCutGivesNothing) {
  std::string armour = from_jan("--encrypt --compress-level 0");
  const std::string path = write("whole.asc", armour);
  const std::string binary = output_of("gpg --dearmor < " + path);
  for (const std::size_t at : {binary.size() - 1, binary.size() - 10, binary.size() - 30, binary.size() - 60}) {
    std::string changed = binary;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    EXPECT_FALSE(open_openpgp(zone(), known(), as_bytes(changed), kRoom)) << at;
    EXPECT_FALSE(open_openpgp(zone(), known(), as_bytes(binary).first(at), kRoom)) << at;
  }
  EXPECT_TRUE(open_openpgp(zone(), known(), as_bytes(binary), kRoom));
}

TEST_F(OpenPgpMail, WhatWasNeverEncryptedIsNotOpened) {
  const std::string mail = write("mail.txt", kMail), out = homes_->base + "/stored.asc";
  output_of("gpg --homedir " + jan() + " --armor --output " + out + " --store " + mail);
  EXPECT_FALSE(open_openpgp(zone(), known(), as_bytes(read(out)), kRoom));
  EXPECT_FALSE(open_openpgp(zone(), known(), as_bytes(kMail), kRoom));
}

TEST_F(OpenPgpMail, AMessageThatGrowsTooLargeIsRefused) {
  const std::string big = write("big.txt", std::string(4 * kRoom, 'x')), out = homes_->base + "/big.asc";
  output_of("gpg --homedir " + jan() + " --compress-level 9 --output " + out + " --recipient " +
            homes_->ours.fingerprint + " --encrypt " + big);
  EXPECT_FALSE(open_openpgp(zone(), known(), as_bytes(read(out)), kRoom));
}

TEST_F(OpenPgpMail, OnlyTheKeyThatWasCheckedIsUsed) {
  const auto other = encrypt_openpgp(as_bytes(homes_->jans_key), std::string(40, 'A'), as_bytes(kMail), now_);
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().code, Code::kRefused);
  const auto expired =
      encrypt_openpgp(as_bytes(homes_->jans_key), homes_->jans.fingerprint, as_bytes(kMail), now_ + 2 * 365 * 86400);
  ASSERT_FALSE(expired);
  EXPECT_EQ(expired.error().code, Code::kRefused);
}

TEST_F(OpenPgpMail, AFileWithTwoKeysOrASecretOneIsRefused) {
  EXPECT_EQ(read_openpgp_key(as_bytes(homes_->jans_key))->fingerprint, homes_->jans.fingerprint);
  EXPECT_FALSE(read_openpgp_key(as_bytes(homes_->jans_key + homes_->our_key)));
  EXPECT_EQ(read_openpgp_key(export_secret(jan(), homes_->jans.fingerprint)->view()).error().code, Code::kRefused);
  EXPECT_FALSE(read_openpgp_key(as_bytes("geen sleutel")));
}

TEST(WebKey, HasTheNameThatTheDraftGivesIt) {
  EXPECT_EQ(web_key_hash("Joe.Doe"), "iy9q119eutrkn8s1mk4r39qejnbu3n5q");
  EXPECT_EQ(address_in_user_id("Zorgloket (zone) <Post@Voorbeeld.Example>"), "post@voorbeeld.example");
  EXPECT_EQ(address_in_user_id("post@voorbeeld.example"), "post@voorbeeld.example");
  EXPECT_EQ(address_in_user_id("Zorgloket (zone)"), "");
}

TEST_F(OpenPgpMail, NoHomeIsLeftInMemory) {
  (void)read_openpgp_key(as_bytes(homes_->jans_key));
  for (const auto& entry : fs::directory_iterator("/dev/shm"))
    EXPECT_FALSE(entry.path().filename().string().starts_with("zp-openpgp-")) << entry.path();
}

}  // namespace
}  // namespace zp::crypto
