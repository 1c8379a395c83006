// S/MIME both ways with the openssl command line as the other side.
#include "crypto/cms_mail.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace zp::crypto {
namespace {

namespace fs = std::filesystem;

const std::string kMail = "Content-Type: text/plain\r\n\r\nHet besluit MARKER staat hier.\r\n";

class SmimeMail : public testing::Test {
 protected:
  void SetUp() override {
    char path[] = "/tmp/zpm-XXXXXX";
    path_ = ::mkdtemp(path);
    make("rsa", "rsa:2048", "");
    make("ec", "ec -pkeyopt ec_paramgen_curve:P-256", "");
  }
  void TearDown() override { fs::remove_all(path_); }

  bool run(const std::string& arguments) const {
    return std::system(("cd " + path_.string() + " && openssl " + arguments + " >/dev/null 2>&1").c_str()) == 0;
  }
  void make(const std::string& name, const std::string& key, const std::string& extra) const {
    ASSERT_TRUE(run("req -x509 -nodes -newkey " + key +
                    " -subj '/CN=Ontvanger' -days 30 -addext subjectAltName=email:Jan@Voorbeeld.Example " + extra +
                    " -keyout " + name + ".key -out " + name + ".pem"));
  }
  std::string read(const std::string& name) const {
    std::ifstream file(path_ / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  void write(const std::string& name, ByteView bytes) const {
    std::ofstream(path_ / name, std::ios::binary) << as_text(bytes);
  }
  MailIdentity identity(const std::string& name) const {
    return std::move(*MailIdentity::load(read(name + ".pem"), SecretBytes::copy_of(as_bytes(read(name + ".key")))));
  }

  fs::path path_;
  const std::int64_t now_ = std::time(nullptr) + 60;  // the certificates are made after it
};

TEST_F(SmimeMail, OpensslReadsWhatWeSignAndEncrypt) {
  for (const char* name : {"rsa", "ec"}) {
    for (const MailCipher cipher : {MailCipher::kCbc, MailCipher::kGcm}) {
      const auto sealed =
          encrypt_cms(read(std::string(name) + ".pem"), *identity(name).sign(as_bytes(kMail)), cipher, now_);
      ASSERT_TRUE(sealed) << sealed.error().message();
      EXPECT_EQ(as_text(*sealed).find("MARKER"), std::string::npos);
      write("sealed.der", *sealed);
      const std::string key = std::string(name) + ".key", pem = std::string(name) + ".pem";
      ASSERT_TRUE(
          run("cms -decrypt -binary -inform DER -in sealed.der -inkey " + key + " -recip " + pem + " -out signed.der"));
      ASSERT_TRUE(
          run("cms -verify -binary -inform DER -in signed.der -CAfile " + pem + " -purpose any -out plain.txt"));
      EXPECT_EQ(read("plain.txt"), kMail);
    }
  }
}

TEST_F(SmimeMail, WeReadWhatOpensslEncrypts) {
  write("mail.txt", as_bytes(kMail));
  for (const char* name : {"rsa", "ec"}) {
    for (const std::string cipher : {"aes-256-cbc", "aes-256-gcm", "aes-128-gcm"}) {
      ASSERT_TRUE(
          run("cms -encrypt -binary -outform DER -in mail.txt -" + cipher + " -out sealed.der " + name + ".pem"));
      const auto opened = identity(name).open(as_bytes(read("sealed.der")));
      ASSERT_TRUE(opened) << cipher << " " << opened.error().message();
      EXPECT_EQ(opened->content.text(), kMail);
      EXPECT_EQ(opened->authenticated, cipher.ends_with("gcm"));
    }
  }
}

TEST_F(SmimeMail, NothingThatWasChangedIsCalledAuthenticated) {
  write("mail.txt", as_bytes(kMail));
  ASSERT_TRUE(run("cms -encrypt -binary -outform DER -in mail.txt -aes-256-gcm -out sealed.der rsa.pem"));
  const std::string sealed = read("sealed.der");
  const MailIdentity own = identity("rsa");
  for (std::size_t at = sealed.size() - 40; at < sealed.size(); ++at) {
    std::string changed = sealed;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    const auto opened = own.open(as_bytes(changed));
    EXPECT_FALSE(opened) << "byte " << at;
  }
  for (const std::size_t cut : {std::size_t{0}, std::size_t{1}, sealed.size() / 2, sealed.size() - 1})
    EXPECT_FALSE(own.open(as_bytes(sealed).first(cut)));
}

TEST_F(SmimeMail, WhatIsForSomebodyElseOrNotEncryptedDoesNotOpen) {
  const auto sealed = encrypt_cms(read("rsa.pem"), as_bytes(kMail), MailCipher::kGcm, now_);
  ASSERT_TRUE(sealed);
  EXPECT_FALSE(identity("ec").open(*sealed));
  EXPECT_FALSE(identity("ec").open(*identity("ec").sign(as_bytes(kMail))));
}

TEST_F(SmimeMail, ACertificateSaysWhoseItIsAndUntilWhen) {
  const auto known = read_mail_certificate(read("rsa.pem"));
  ASSERT_TRUE(known);
  EXPECT_EQ(known->emails, std::vector<std::string>{"jan@voorbeeld.example"});
  EXPECT_EQ(known->fingerprint.size(), 64u);
  EXPECT_NEAR(static_cast<double>(known->not_after), static_cast<double>(now_ + 30 * 86400), 120);
}

TEST_F(SmimeMail, ACertificateThatIsNotForMailIsRefused) {
  make("signs", "rsa:2048", "-addext keyUsage=digitalSignature");
  make("server", "rsa:2048", "-addext extendedKeyUsage=serverAuth");
  make("weak", "rsa:1024", "");
  for (const char* name : {"signs", "server", "weak"}) {
    const auto known = read_mail_certificate(read(std::string(name) + ".pem"));
    ASSERT_FALSE(known) << name;
    EXPECT_EQ(known.error().code, Code::kRefused) << name;
    EXPECT_FALSE(encrypt_cms(read(std::string(name) + ".pem"), as_bytes(kMail), MailCipher::kGcm, now_)) << name;
  }
  EXPECT_EQ(read_mail_certificate("geen certificaat").error().code, Code::kMalformed);
}

TEST_F(SmimeMail, NothingIsEncryptedToACertificateOutsideItsTime) {
  for (const std::int64_t then : {now_ - 86400, now_ + 31 * 86400})
    EXPECT_EQ(encrypt_cms(read("rsa.pem"), as_bytes(kMail), MailCipher::kGcm, then).error().code, Code::kRefused);
}

TEST_F(SmimeMail, AKeyOfAnotherCertificateIsRefused) {
  EXPECT_FALSE(MailIdentity::load(read("rsa.pem"), SecretBytes::copy_of(as_bytes(read("ec.key")))));
}

class MailChain : public SmimeMail {
 protected:
  void SetUp() override {
    SmimeMail::SetUp();
    make("root", "rsa:2048", "-addext basicConstraints=critical,CA:true");
    issue("middle", "root", "basicConstraints=critical,CA:true\n");
    issue("leaf", "middle", "subjectAltName=email:jan@voorbeeld.example\nextendedKeyUsage=emailProtection\n");
    issue("server", "middle", "extendedKeyUsage=serverAuth\n");
  }
  void issue(const std::string& name, const std::string& issuer, const std::string& extensions) const {
    write(name + ".ext", as_bytes(extensions));
    ASSERT_TRUE(
        run("req -new -nodes -newkey rsa:2048 -subj /CN=" + name + " -keyout " + name + ".key -out " + name + ".csr"));
    ASSERT_TRUE(run("x509 -req -in " + name + ".csr -CA " + issuer + ".pem -CAkey " + issuer +
                    ".key -CAcreateserial -days 20 -extfile " + name + ".ext -out " + name + ".pem"));
  }
  /// Of a CA that withdrew the leaf.
  std::string crl() const {
    write("ca.cnf", as_bytes("[ca]\ndefault_ca=d\n[d]\ndatabase=index.txt\ndefault_md=sha256\ndefault_crl_days=9\n"));
    write("index.txt", {});
    EXPECT_TRUE(run("ca -config ca.cnf -cert middle.pem -keyfile middle.key -revoke leaf.pem"));
    EXPECT_TRUE(run("ca -config ca.cnf -cert middle.pem -keyfile middle.key -gencrl -out crl.pem"));
    return read("crl.pem");
  }
  Chain chain(const std::string& certificates, const std::string& anchors, std::int64_t days = 0) const {
    const auto trust = check_mail_certificate(certificates, anchors, now_ + days * 86400);
    EXPECT_TRUE(trust);
    return trust->chain;
  }
};

TEST_F(MailChain, ACertificateMustLeadToAnAnchor) {
  const std::string leaf = read("leaf.pem"), middle = read("middle.pem"), root = read("root.pem");
  EXPECT_EQ(chain(leaf + middle, root), Chain::kTrusted);
  EXPECT_EQ(chain(leaf, root + middle), Chain::kTrusted);
  EXPECT_EQ(chain(leaf, root), Chain::kUntrusted) << "the issuer between is missing";
  EXPECT_EQ(chain(leaf + middle, read("rsa.pem")), Chain::kUntrusted);
  EXPECT_EQ(chain(leaf + middle + root, ""), Chain::kUnknown);
  EXPECT_EQ(chain(read("rsa.pem"), root), Chain::kUntrusted) << "signed by itself";
  EXPECT_EQ(check_mail_certificate(leaf, root, now_)->issuer, "middle");
}

TEST_F(MailChain, ACertificateOutsideItsTimeForSomethingElseOrWithdrawnIsNotTrusted) {
  const std::string leaf = read("leaf.pem"), anchors = read("root.pem") + read("middle.pem");
  EXPECT_EQ(chain(leaf, anchors, 21), Chain::kExpired);
  EXPECT_EQ(chain(read("server.pem"), anchors), Chain::kUntrusted);
  EXPECT_EQ(chain(leaf, anchors + crl()), Chain::kRevoked);
}

}  // namespace
}  // namespace zp::crypto
