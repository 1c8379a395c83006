// Digital signatures in PDFs: what holds, what is broken, what was added afterwards.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "crypto/cms.h"
#include "crypto/hash.h"
#include "tests/integration/cells/running_broker.h"
#include "tests/integration/cells/small_pdf.h"

namespace zp::gateway {
namespace {

using intake::DigitalSignature;
using intake::Verdict;
using test::SmallPdf;
using testing::AnyOf;
using testing::Contains;
using testing::IsEmpty;

constexpr std::size_t kRoomForSignature = 8000;  // hexadecimal digits
const std::string kField = "<</Type/Annot/Subtype/Widget/FT/Sig/T(Ondertekend)/Rect[10 10 200 60]/P 3 0 R/V 7 0 R>>";
const std::string kTextField = "<</Type/Annot/Subtype/Widget/FT/Tx/T(Naam)/Rect[10 300 200 330]/P 3 0 R>>";

class SignedPdf : public testing::Test {
 protected:
  static void SetUpTestSuite() {
    broker_ = new test::RunningBroker("zegelpost-broker", {"--private", "SOCKET"});
    const auto pem = crypto::SealKey::self_signed("Ondertekenaar", 30);
    chain_ = pem.chain;
    auto key = crypto::SealKey::load(pem.chain, pem.key);
    ASSERT_TRUE(key);
    key_ = new crypto::SealKey(std::move(*key));
  }
  static void TearDownTestSuite() {
    delete broker_;
    delete key_;
  }

  static SmallPdf form() {
    return SmallPdf("Ik ga akkoord")
        .add_to_catalog("/AcroForm 9 0 R")
        .add_to_page("/Annots[6 0 R 8 0 R]")
        .object(6, kField)
        .object(8, kTextField)
        .object(9, "<</Fields[6 0 R 8 0 R]/SigFlags 3>>");
  }

  /// `extra` goes into the signature dictionary.
  static std::string signed_pdf(const std::string& extra = "") {
    SmallPdf pdf = form();
    pdf.object(7,
               "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached/ByteRange[0 1111111111 2222222222 "
               "3333333333]/Contents<" +
                   std::string(kRoomForSignature, '0') + ">" + extra + ">>");
    return sign(pdf.bytes());
  }

  static std::string sign(std::string bytes) {
    const std::size_t open = bytes.rfind("/Contents<") + 9, close = open + kRoomForSignature + 2;
    for (const auto& [mark, value] :
         {std::pair{"1111111111", open}, {"2222222222", close}, {"3333333333", bytes.size() - close}}) {
      const std::string digits = std::to_string(value);
      bytes.replace(bytes.find(mark), 10, digits + std::string(10 - digits.size(), ' '));
    }
    const std::string content = bytes.substr(0, open) + bytes.substr(close);
    const auto cms = key_->sign_digest(crypto::sha256(as_bytes(content)));
    EXPECT_TRUE(cms);
    const std::string hex = to_hex(*cms);
    bytes.replace(open + 1, hex.size(), hex);
    return bytes;
  }

  static intake::Findings findings(const std::string& pdf) {
    intake::InspectionRequest request;
    request.trust_anchors_pem = chain_;
    request.as_of = "2026-11-23";
    auto inspection = connect_cells(broker_->socket())->inspect(as_bytes(pdf), request);
    EXPECT_TRUE(inspection);
    return inspection ? inspection->findings : intake::Findings{};
  }
  static DigitalSignature signature(const std::string& pdf) {
    const auto found = findings(pdf).digital_signatures;
    EXPECT_EQ(found.size(), 1u);
    return found.empty() ? DigitalSignature{} : found.front();
  }
  static std::string coverage_after(const std::map<int, std::string>& changed) {
    const auto found = findings(SmallPdf::updated(signed_pdf(), changed)).digital_signatures;
    return found.empty() ? "" : found.front().coverage;
  }

  static inline test::RunningBroker* broker_ = nullptr;
  static inline crypto::SealKey* key_ = nullptr;
  static inline std::string chain_;
};

TEST_F(SignedPdf, AGoodSignatureOverTheWholeFileHolds) {
  const intake::Findings found = findings(signed_pdf("/M(D:20261122101500+01'00')"));
  ASSERT_EQ(found.digital_signatures.size(), 1u);
  const DigitalSignature& signature = found.digital_signatures[0];
  EXPECT_EQ(signature.integrity, "ok");
  EXPECT_EQ(signature.coverage, "whole");
  EXPECT_EQ(signature.signer, "Ondertekenaar");
  EXPECT_EQ(signature.claimed_time, "2026-11-22T10:15:00+01:00");
  EXPECT_EQ(found.verdict, Verdict::kUsable);
}

TEST_F(SignedPdf, EveryTamperedByteIsNoticed) {
  const std::string pdf = signed_pdf();
  const std::size_t open = pdf.find("/Contents<") + 9;
  for (std::size_t at = 20; at<pdf.size(); at += at> open && at < open + kRoomForSignature ? 997 : 163) {
    std::string changed = pdf;
    changed[at] = static_cast<char>(changed[at] ^ 1);
    if (at > open + 4000 && at < open + kRoomForSignature) continue;  // padding behind the signature
    for (const DigitalSignature& signature : findings(changed).digital_signatures) {
      EXPECT_FALSE(signature.integrity == "ok" && signature.coverage == "whole") << at;
    }
  }
}

TEST_F(SignedPdf, AByteRangeThatLeavesOutMoreThanTheSignatureIsBroken) {
  std::string pdf =
      form()
          .object(7,
                  "<</Type/Sig/SubFilter/ETSI.CAdES.detached/ByteRange[0 1111111111 2222222222 3333333333]/Contents<" +
                      std::string(kRoomForSignature, '0') + ">/Reason(hidden)>>")
          .bytes();
  // The gap is widened over the key behind /Contents: what stands there could be changed at will.
  const std::size_t open = pdf.find("/Contents<") + 9, close = pdf.find("/Reason(hidden)") + 15;
  for (const auto& [mark, value] :
       {std::pair{"1111111111", open}, {"2222222222", close}, {"3333333333", pdf.size() - close}}) {
    const std::string digits = std::to_string(value);
    pdf.replace(pdf.find(mark), 10, digits + std::string(10 - digits.size(), ' '));
  }
  const auto cms = key_->sign_digest(crypto::sha256(as_bytes(pdf.substr(0, open) + pdf.substr(close))));
  pdf.replace(open + 1, to_hex(*cms).size(), to_hex(*cms));
  EXPECT_EQ(signature(pdf).integrity, "broken");
  EXPECT_EQ(findings(pdf).verdict, Verdict::kUnusable);
}

TEST_F(SignedPdf, ChangesThatASignaturePermitsAreAllowed) {
  const SmallPdf before = form();
  std::string catalog = before.body(1);
  catalog.insert(catalog.size() - 2, "/DSS<</Certs[]>>");
  EXPECT_EQ(coverage_after({{1, catalog}}), "extended-allowed") << "validation data";
  std::string filled = kTextField;
  filled.insert(filled.size() - 2, "/V(A. Voorbeeld)/AP<</N 10 0 R>>");
  EXPECT_EQ(
      coverage_after({{8, filled}, {10, "<</Type/XObject/Subtype/Form/BBox[0 0 1 1]/Length 1>>stream\n \nendstream"}}),
      "extended-allowed")
      << "a field filled in";
  std::string page = before.body(3);
  page.replace(page.find("[0 0 595 842]"), 13, "[0 0 595.0 842.00]");
  EXPECT_EQ(coverage_after({{3, page}}), "extended-allowed") << "the same numbers written otherwise";
}

TEST_F(SignedPdf, FurtherSignaturesMayStandBelowNewNamesAndBeShownApart) {
  std::string page = form().body(3);
  page.replace(page.find("[6 0 R 8 0 R]"), 13, "[6 0 R 8 0 R 11 0 R]");
  const std::string room =
      "/ByteRange[0 1111111111 2222222222 3333333333]/Contents<" + std::string(kRoomForSignature, '0') + ">";
  const auto first_of_two = [&](const std::string& value) {
    const std::string pdf = SmallPdf::updated(
        signed_pdf(), {{3, page},
                       {9, "<</Fields[6 0 R 8 0 R 10 0 R]/SigFlags 3>>"},
                       {10, "<</T(deel)/Kids[12 0 R]>>"},
                       {11, "<</Type/Annot/Subtype/Widget/Rect[10 60 200 110]/P 3 0 R>>"},
                       {12, "<</FT/Sig/T(Ook)/Parent 10 0 R/Kids[11 0 R]/V " + value + ">>"},
                       {13, "<</Type/Sig/Filter/Adobe.PPKLite/SubFilter/ETSI.CAdES.detached" + room + ">>"}});
    const auto found = findings(sign(pdf)).digital_signatures;
    return found.empty() ? DigitalSignature{} : found.front();
  };
  EXPECT_EQ(first_of_two("13 0 R").coverage, "extended-allowed");
  EXPECT_EQ(first_of_two("7 0 R").coverage, "extended-disallowed") << "the value of another";
}

TEST_F(SignedPdf, OtherChangesAreNot) {
  const SmallPdf before = form();
  EXPECT_EQ(coverage_after({{5, "<</Length 23>>stream\nBT /F 14 Tf (Iets) Tj ET\nendstream"}}), "extended-disallowed")
      << "another text";
  EXPECT_EQ(coverage_after({{4, "<</Type/Font/Subtype/Type1/BaseFont/Symbol>>"}}), "extended-disallowed")
      << "another font";
  std::string page = before.body(3);
  page.replace(page.find("[6 0 R 8 0 R]"), 13, "[6 0 R 8 0 R 10 0 R]");
  EXPECT_EQ(coverage_after({{3, page}, {10, "<</Type/Annot/Subtype/FreeText/Rect[0 0 500 500]/Contents(Niet)>>"}}),
            "extended-disallowed")
      << "a note over the text";
  EXPECT_EQ(coverage_after({{2, "<</Type/Pages/Kids[3 0 R 3 0 R]/Count 2>>"}}), "extended-disallowed")
      << "another page";
  EXPECT_EQ(coverage_after({{9, "<</Fields[8 0 R]/SigFlags 3>>"}}), "extended-disallowed") << "the signature hidden";
  std::string hidden = kField;
  hidden.insert(hidden.size() - 2, "/F 2");
  EXPECT_EQ(coverage_after({{6, hidden}}), "extended-disallowed") << "the signature invisible";
  EXPECT_EQ(coverage_after({{9, "<</Fields[6 0 R 8 0 R]/SigFlags 3/NeedAppearances true>>"}}), "extended-disallowed")
      << "viewers asked to draw the fields anew";
}

TEST_F(SignedPdf, CertificationAndLocksForbidFillingIn) {
  std::string filled = kTextField;
  filled.insert(filled.size() - 2, "/V(Later)");
  for (const char* reference :
       {"/Reference[<</TransformMethod/DocMDP/TransformParams<</P 1>>>>]",
        "/Reference[<</TransformMethod/FieldMDP/TransformParams<</Action/All>>>>]",
        "/Reference[<</TransformMethod/FieldMDP/TransformParams<</Action/Include/Fields[(Naam)]>>>>]",
        "/Reference[<</TransformMethod/FieldMDP/TransformParams<</Action/Exclude/Fields[(Ander)]>>>>]"}) {
    EXPECT_EQ(signature(SmallPdf::updated(signed_pdf(reference), {{8, filled}})).coverage, "extended-disallowed")
        << reference;
  }
  EXPECT_EQ(signature(SmallPdf::updated(signed_pdf("/Reference[<</TransformMethod/DocMDP/TransformParams<</P 2>>>>]"),
                                        {{8, filled}}))
                .coverage,
            "extended-allowed");
}

TEST_F(SignedPdf, ACertifiedDocumentTakesNotesOnlyIfItSaysSoAndOnlyThoseThatHideNothing) {
  const auto after_note = [](const std::string& level, const std::string& note) {
    std::string page = form().body(3);
    page.replace(page.find("[6 0 R 8 0 R]"), 13, "[6 0 R 8 0 R 10 0 R]");
    const std::string certified =
        signed_pdf("/Reference[<</TransformMethod/DocMDP/TransformParams<</P " + level + ">>>>]");
    return signature(SmallPdf::updated(certified, {{3, page}, {10, note}})).coverage;
  };
  const std::string highlight = "<</Type/Annot/Subtype/Highlight/Rect[0 0 300 30]>>",
                    text = "<</Type/Annot/Subtype/FreeText/Rect[0 0 300 300]>>";
  EXPECT_EQ(after_note("3", highlight), "extended-allowed");
  EXPECT_EQ(after_note("2", highlight), "extended-disallowed");
  EXPECT_EQ(after_note("3", text), "extended-disallowed") << "evil annotation attack";
  EXPECT_EQ(after_note("3", "<</Type/Annot/Subtype/Highlight/Rect[0 0 300 30]/AP<</N 5 0 R>>>>"), "extended-disallowed")
      << "drawn by the attacker";
}

TEST_F(SignedPdf, BytesBehindTheEndAreNotCovered) {
  EXPECT_EQ(signature(signed_pdf() + "\n\n").coverage, "whole") << "white space says nothing";
  EXPECT_NE(signature(signed_pdf() + "% more").coverage, "whole");
}

// Programs that put a file together anew, or believe what is written last, show what no reference leads to.
TEST_F(SignedPdf, AppendedObjectsThatNoReferenceLeadsToAreAnAttack) {
  const std::string pdf = signed_pdf();
  const std::string start = pdf.substr(pdf.rfind("startxref"));
  const std::string evil =
      "\n1 0 obj\n<</Type/Catalog/Pages 20 0 R>>\nendobj\n20 0 obj\n<</Type/Pages/Kids[]/Count 0>>\nendobj\n";
  EXPECT_EQ(signature(pdf + evil).coverage, "extended-disallowed") << "objects alone";
  EXPECT_EQ(signature(pdf + evil + start).coverage, "extended-disallowed") << "the references of before";
  const std::string table =
      "xref\n0 0\ntrailer\n<</Root 1 0 R/Size 21/Prev " + start.substr(10, start.find('%') - 11) + ">>\n";
  EXPECT_EQ(
      signature(pdf + evil + table + "startxref\n" + std::to_string(pdf.size() + evil.size()) + "\n%%EOF\n").coverage,
      "extended-disallowed")
      << "a table that leaves them out";
}

TEST_F(SignedPdf, AFieldThatOnlyLooksSignedIsAnAttack) {
  const std::string page_keys = form().body(3),
                    look = "<</Type/XObject/Subtype/Form/BBox[0 0 500 800]/Length 1>>stream\n \nendstream";
  const auto with_field = [&](const std::string& value) {
    std::string page = page_keys;
    page.replace(page.find("[6 0 R 8 0 R]"), 13, "[6 0 R 8 0 R 10 0 R]");
    return coverage_after(
        {{3, page},
         {9, "<</Fields[6 0 R 8 0 R 10 0 R]/SigFlags 3>>"},
         {10, "<</Type/Annot/Subtype/Widget/FT/Sig/T(Ook)/Rect[0 0 500 800]/P 3 0 R/AP<</N 11 0 R>>/V " + value + ">>"},
         {11, look},
         {12, "<</Type/Sig/SubFilter/ETSI.CAdES.detached>>"}});
  };
  EXPECT_EQ(with_field("12 0 R"), "extended-disallowed") << "nothing is signed";
  EXPECT_EQ(with_field("7 0 R"), "extended-disallowed") << "the signature that was there already";
}

TEST_F(SignedPdf, ASignatureThatDoesNotSayWhatItCoversIsBroken) {
  const std::string with_range = signed_pdf();
  for (const char* key : {"/ByteRange", "/Contents<"}) {
    std::string pdf = with_range;
    pdf[pdf.rfind(key) + 1] = 'X';
    const intake::Findings found = findings(pdf);
    ASSERT_EQ(found.digital_signatures.size(), 1) << key;
    EXPECT_EQ(found.digital_signatures[0].integrity, "broken") << key;
    EXPECT_EQ(found.verdict, Verdict::kUnusable) << key;
  }
}

TEST_F(SignedPdf, AnUpdateMayLeaveObjectNumbersUnused) {
  std::string filled = kTextField;
  filled.insert(filled.size() - 2, "/V(A. Voorbeeld)");
  std::string pdf = SmallPdf::updated(signed_pdf(), {{8, filled}});
  const std::size_t size = pdf.rfind("/Size ") + 6;
  pdf.replace(size, pdf.find_first_not_of("0123456789", size) - size, "99");
  EXPECT_EQ(signature(pdf).coverage, "extended-allowed");
  pdf.replace(size, 2, "9 ");
  EXPECT_NE(signature(pdf).coverage, "extended-allowed") << "some readers would not see all objects";
}

}  // namespace
}  // namespace zp::gateway
