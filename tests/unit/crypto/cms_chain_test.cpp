// Whom a signature leads to, and whether that one was revoked.
#include <gtest/gtest.h>

#include "tests/unit/crypto/openssl_folder.h"

namespace zp::crypto {
namespace {

class SignerBelowAnIntermediate : public testing::Test {
 protected:
  void SetUp() override {
    folder_.write("content", kContent);
    folder_.write("ca.ext", "basicConstraints=critical,CA:TRUE\n");
    const char* const commands[] = {
        "req -x509 -nodes -newkey rsa:2048 -subj '/CN=Wortel' -days 30 -keyout root.key -out root.pem",
        "req -nodes -newkey rsa:2048 -subj '/CN=Tussen' -keyout between.key -out between.csr",
        "x509 -req -in between.csr -CA root.pem -CAkey root.key -CAcreateserial -extfile ca.ext -days 20 -out "
        "between.pem",
        "req -nodes -newkey ec -pkeyopt ec_paramgen_curve:P-256 -subj '/CN=Ondertekenaar' -keyout key.pem -out key.csr",
        "x509 -req -in key.csr -CA between.pem -CAkey between.key -CAcreateserial -days 10 -out cert.pem",
        "req -x509 -nodes -newkey rsa:2048 -subj '/CN=Een ander' -days 30 -keyout other.key -out other.pem",
        "req -x509 -nodes -newkey rsa:2048 -subj '/CN=Wortel' -days 30 -keyout namesake.key -out namesake.pem"};
    for (const char* command : commands) ASSERT_TRUE(folder_.run(command)) << command;
  }

  Chain chain(const std::string& more, const std::string& anchors) {
    EXPECT_TRUE(
        folder_.run("cms -sign -binary -in content -signer cert.pem -inkey key.pem -outform DER -out cms.der " + more));
    const CmsVerdict verdict = verify(as_bytes(folder_.read("cms.der")), kContent, anchors);
    EXPECT_EQ(verdict.integrity, Integrity::kOk);
    EXPECT_EQ(verdict.signer, "Ondertekenaar");
    return verdict.chain;
  }

  OpensslFolder folder_;
};

TEST_F(SignerBelowAnIntermediate, IsTrustedByTheAnchorThatItsMessageLeadsToAmongOthers) {
  const std::string root = folder_.read("root.pem"), other = folder_.read("other.pem");
  EXPECT_EQ(chain("-certfile between.pem", other + "een opmerking\n" + folder_.read("other.key") + root),
            Chain::kTrusted);
  EXPECT_EQ(chain("-certfile between.pem", other), Chain::kUntrusted);
  EXPECT_EQ(chain("", other + root), Chain::kUntrusted) << "the certificate between them is not there";
}

TEST_F(SignerBelowAnIntermediate, IsTrustedWhereTheIntermediateIsAnAnchorToo) {
  const std::string root = folder_.read("root.pem"), between = folder_.read("between.pem");
  EXPECT_EQ(chain("", between), Chain::kTrusted);
  EXPECT_EQ(chain("", root + between), Chain::kTrusted);
}

TEST_F(SignerBelowAnIntermediate, IsNotTrustedByANamesakeOfItsAnchor) {
  const std::string namesake = folder_.read("namesake.pem");
  EXPECT_EQ(chain("-certfile between.pem", namesake), Chain::kUntrusted);
  EXPECT_EQ(chain("-certfile between.pem", namesake + folder_.read("root.pem")), Chain::kTrusted);
}

class RevokedSigner : public testing::Test {
 protected:
  void SetUp() override {
    folder_.write("ca.cnf", "[ca]\ndatabase=index\ncrlnumber=number\ndefault_md=sha256\ndefault_crl_days=30\n");
    folder_.write("index", "");
    folder_.write("number", "01\n");
    folder_.write("content", kContent);
    const char* const commands[] = {
        "req -x509 -nodes -newkey rsa:2048 -subj '/CN=Uitgever' -days 30 -keyout ca.key -out ca.pem",
        "req -nodes -newkey rsa:2048 -subj '/CN=Ondertekenaar' -keyout key.pem -out request.pem",
        "x509 -req -in request.pem -CA ca.pem -CAkey ca.key -CAcreateserial -days 20 -out cert.pem",
        "cms -sign -binary -in content -signer cert.pem -inkey key.pem -outform DER -out cms.der"};
    for (const char* command : commands) ASSERT_TRUE(folder_.run(command)) << command;
  }

  ValidationMaterial fresh_crl() {
    EXPECT_TRUE(folder_.run("ca -gencrl -config ca.cnf -name ca -cert ca.pem -keyfile ca.key -out crl.pem"));
    EXPECT_TRUE(folder_.run("crl -in crl.pem -outform DER -out crl.der"));
    const std::string der = folder_.read("crl.der");
    return {.certificates = {}, .crls = {Bytes(der.begin(), der.end())}, .ocsp_responses = {}};
  }

  CmsVerdict verdict(const ValidationMaterial& material) {
    const std::string cms = folder_.read("cms.der");
    return verify_detached(as_bytes(cms), {as_bytes(kContent)}, CmsForm::kDetached, {folder_.read("ca.pem")},
                           std::time(nullptr) + 60, material);
  }

  OpensslFolder folder_;
};

TEST_F(RevokedSigner, IsToldFromOneInGoodStandingByTheListAtHand) {
  EXPECT_EQ(verdict({}).chain, Chain::kTrusted);
  EXPECT_EQ(verdict({}).revocation, Revocation::kUnknown);
  EXPECT_EQ(verdict(fresh_crl()).revocation, Revocation::kGood);
  ASSERT_TRUE(folder_.run("ca -revoke cert.pem -config ca.cnf -name ca -cert ca.pem -keyfile ca.key"));
  const CmsVerdict revoked = verdict(fresh_crl());
  EXPECT_EQ(revoked.revocation, Revocation::kRevoked);
  EXPECT_EQ(revoked.chain, Chain::kRevoked);
  EXPECT_EQ(revoked.integrity, Integrity::kOk);
}

TEST_F(RevokedSigner, IsNotClearedByTheListOfAnother) {
  ValidationMaterial material = fresh_crl();
  ASSERT_TRUE(
      folder_.run("req -x509 -nodes -newkey rsa:2048 -subj '/CN=Uitgever' -days 30 -keyout ca.key -out other.pem"));
  ASSERT_TRUE(folder_.run("ca -gencrl -config ca.cnf -name ca -cert other.pem -keyfile ca.key -out crl.pem"));
  ASSERT_TRUE(folder_.run("crl -in crl.pem -outform DER -out crl.der"));
  const std::string der = folder_.read("crl.der");
  material.crls = {Bytes(der.begin(), der.end())};
  EXPECT_EQ(verdict(material).revocation, Revocation::kUnknown);
}

}  // namespace
}  // namespace zp::crypto
