// Documents, good and bad, through the real broker and cells.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <zlib.h>

#include <cmath>
#include <map>
#include <vector>

#include "tests/integration/cells/in_cells.h"
#include "tests/integration/cells/sample.h"
#include "tests/integration/cells/small_pdf.h"

namespace zp::gateway {
namespace {

using intake::Findings;
using intake::InspectionRequest;
using intake::Verdict;
using test::sample;
using test::SmallPdf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::Pair;

class Documents : public test::InCells {};

std::string compressed(const std::string& data) {
  uLongf size = compressBound(data.size());
  std::string packed(size, '\0');
  EXPECT_EQ(compress2(reinterpret_cast<Bytef*>(packed.data()), &size, reinterpret_cast<const Bytef*>(data.data()),
                      data.size(), 9),
            Z_OK);
  packed.resize(size);
  return packed;
}

TEST_F(Documents, APlainPdfIsReadAndUsable) {
  const Findings found = findings(SmallPdf("Geachte heer,\nhierbij verzoek ik u om informatie.\nHoogachtend,").bytes());
  EXPECT_EQ(found.type, "application/pdf");
  EXPECT_THAT(found.hazards, IsEmpty());
  ASSERT_EQ(found.pages.size(), 1u);
  EXPECT_THAT(found.pages[0].text, HasSubstr("hierbij verzoek ik u"));
  EXPECT_EQ(found.kind, "letter");
  EXPECT_GT(found.kind_confidence, 0.5);
}

TEST_F(Documents, ACourtOrderIsRecognised) {
  const Findings found = findings(SmallPdf("RECHTBANK DEN HAAG\nBeschikking van de kantonrechter\nZaaknummer 123\n"
                                           "stelt een mentorschap in en benoemt tot mentor")
                                      .bytes());
  EXPECT_EQ(found.kind, "court-order");
  EXPECT_GT(found.kind_confidence, 0.7);
}

TEST_F(Documents, AScannedCourtOrderIsReadWholeOnlyIfNobodyWaits) {
  const std::string scan = sample("mentor/beschikking-scan.pdf");
  InspectionRequest request;
  const Findings whole = inspect(scan, request).findings;
  request.somebody_waits = true;
  const Findings in_haste = inspect(scan, request).findings;
  EXPECT_EQ(in_haste.kind, "court-order");
  ASSERT_EQ(whole.pages.size(), in_haste.pages.size());
  EXPECT_GT(whole.pages[0].text.size(), in_haste.pages[0].text.size());
  ASSERT_TRUE(whole.court_order);
  EXPECT_NE(whole.court_order->representative, "");
}

TEST_F(Documents, AScanIsReadWholeOnlyIfItsHeadDoesNotSayWhatItIs) {
  const auto read = [&](const std::string& scan, bool somebody_waits) {
    InspectionRequest request;
    request.somebody_waits = somebody_waits;
    return inspect(scan, request).findings.pages.at(0).text.size();
  };
  const std::string letter = sample("mentor/verzoek-scan.pdf"), form = sample("machtiging/machtiging-scan.pdf");
  EXPECT_GT(read(letter, false), read(letter, true));
  EXPECT_EQ(read(form, false), read(form, true)) << "a known form was read further";
}

TEST_F(Documents, PageImagesComeInTheResolutionAskedFor) {
  InspectionRequest request;
  request.want_pages = true;
  for (const int dpi : {36, 72, 110, 300}) {
    request.page_dpi = dpi;
    const intake::Inspection inspection = inspect(SmallPdf("Een regel tekst").bytes(), request);
    ASSERT_EQ(inspection.images.size(), 1u);
    const intake::PageImage& image = inspection.images[0];
    EXPECT_NEAR(image.width, 595 * dpi / 72.0, 2);
    EXPECT_NEAR(image.height, 842 * dpi / 72.0, 2);
    EXPECT_EQ(image.rgb.size(), std::size_t{image.width} * image.height * 3);
    EXPECT_LT(*std::ranges::min_element(image.rgb), 100)
        << "a font that the file does not carry was drawn all the same";
  }
}

TEST_F(Documents, PagesLookedAtSideBySideComeInOrder) {
  SmallPdf pdf;
  std::string kids;
  for (int page = 1; page <= 7; ++page) {
    kids += std::to_string(8 + 2 * page) + " 0 R ";
    pdf.object(8 + 2 * page, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents " +
                                 std::to_string(9 + 2 * page) + " 0 R/Resources<</Font<</F 4 0 R>>>>>>");
    // The first pages have most on them, so that later ones are ready sooner.
    std::string lines;
    for (int line = 0; line < 32 - 4 * page; ++line) lines += "(een regel met nogal wat tekst erop) ' ";
    pdf.stream(9 + 2 * page, "",
               "BT /F 14 Tf 60 760 Td 20 TL (Bladzijde " + std::to_string(page) + ") Tj " + lines + "ET");
  }
  pdf.object(2, "<</Type/Pages/Kids[" + kids + "]/Count 7>>");
  InspectionRequest request;
  request.want_pages = true;
  std::vector<std::pair<int, int>> told;
  request.progress = [&](int page, int pages) { told.emplace_back(page, pages); };
  const intake::Inspection inspection = inspect(pdf.bytes(), request);
  EXPECT_THAT(told, ElementsAre(Pair(1, 7), Pair(2, 7), Pair(3, 7), Pair(4, 7), Pair(5, 7), Pair(6, 7), Pair(7, 7)));
  ASSERT_EQ(inspection.findings.pages.size(), 7u);
  ASSERT_EQ(inspection.images.size(), 7u);
  for (int page = 1; page <= 7; ++page) {
    const auto at = static_cast<std::size_t>(page - 1);
    EXPECT_EQ(inspection.findings.pages[at].number, page);
    EXPECT_THAT(inspection.findings.pages[at].text, HasSubstr("Bladzijde " + std::to_string(page)));
    EXPECT_EQ(inspection.images[at].page, page);
  }
}

TEST_F(Documents, EmptyAndTinyFilesAreRejectedQuietly) {
  EXPECT_THAT(findings("").hazards, ElementsAre("empty"));
  EXPECT_EQ(findings("").verdict, Verdict::kRejected);
  for (int byte = 0; byte < 256; byte += 15) {
    EXPECT_THAT(findings(std::string(1, static_cast<char>(byte))).hazards, Not(Contains("crash"))) << byte;
  }
  EXPECT_THAT(findings("%PDF-").hazards, Contains("unreadable"));
}

TEST_F(Documents, ACutPdfNeverCrashesAndNeverLooksWhole) {
  const std::string whole = SmallPdf("Een brief").bytes();
  for (std::size_t length = 8; length + 8 < whole.size(); length += 13) {
    const Findings found = findings(whole.substr(0, length));
    EXPECT_THAT(found.hazards, Not(Contains("crash"))) << length;
    EXPECT_NE(found.verdict, Verdict::kUsable) << length;
  }
}

TEST_F(Documents, AnyChangedByteIsSurvived) {
  const std::string whole = SmallPdf("Een brief").bytes();
  for (std::size_t at = 0; at < whole.size(); at += 29) {
    std::string changed = whole;
    changed[at] = static_cast<char>(changed[at] ^ 0x15);
    EXPECT_THAT(findings(changed).hazards, Not(Contains("crash"))) << at;
  }
}

TEST_F(Documents, WhatIsActiveInAPdfIsFound) {
  const auto hazards = [](const std::string& keys) {
    return findings(SmallPdf().add_to_catalog(keys).bytes()).hazards;
  };
  EXPECT_THAT(hazards("/OpenAction<</S/JavaScript/JS(app.alert(1))>>"), Contains("javascript"));
  EXPECT_THAT(hazards("/OpenAction<</S/#4AavaScript/#4a#53(app.alert(1))>>"), Contains("javascript"))
      << "spelled with #xx";
  EXPECT_THAT(hazards("/OpenAction<</S/Launch/F(calc.exe)>>"), Contains("launch-action"));
  EXPECT_THAT(hazards("/OpenAction<</S/URI/URI(JavaScript:alert)>>"), Contains("javascript"));
  EXPECT_THAT(hazards("/OpenAction<</S/SubmitForm/F(http://example.org)>>"), Contains("external-action"));
  EXPECT_THAT(hazards("/AcroForm<</Fields[]/XFA(x)>>"), Contains("xfa"));
  EXPECT_THAT(hazards("/OpenAction<</S/URI/URI(https://example.org)>>"), IsEmpty()) << "an ordinary link";
}

TEST_F(Documents, FilesInsideAPdfAreInspectedToo) {
  const std::string inner = SmallPdf("Volmacht").add_to_catalog("/OpenAction<</S/Launch/F(x)>>").bytes();
  const Findings found = findings(SmallPdf()
                                      .add_to_catalog("/Names<</EmbeddedFiles<</Names[(a)6 0 R]>>>>")
                                      .object(6, "<</Type/Filespec/F(../brief.pdf)/UF(../brief.pdf)/EF<</F 7 0 R>>>>")
                                      .stream(7, "/Type/EmbeddedFile", inner)
                                      .bytes());
  EXPECT_THAT(found.hazards, ElementsAre("embedded-file"));
  ASSERT_EQ(found.attachments.size(), 1u);
  EXPECT_EQ(found.attachments[0].name, "brief.pdf");
  EXPECT_EQ(found.attachments[0].size, inner.size());
  EXPECT_THAT(found.attachments[0].hazards, Contains("launch-action"));
  EXPECT_EQ(found.attachments[0].verdict, Verdict::kRejected);
  EXPECT_EQ(found.verdict, Verdict::kDoubtful);
}

TEST_F(Documents, BombsAreDefusedInTime) {
  const std::string zeros = compressed(std::string(std::size_t{300} << 20, '\0'));
  const Findings embedded = findings(SmallPdf()
                                         .object(6, "<</Type/Filespec/F(a)/EF<</F 7 0 R>>>>")
                                         .stream(7, "/Type/EmbeddedFile/Filter/FlateDecode", zeros)
                                         .bytes());
  EXPECT_THAT(embedded.hazards, Contains("decompression-bomb"));
  EXPECT_EQ(embedded.verdict, Verdict::kRejected);
  const Findings picture =
      findings(SmallPdf()
                   .stream(6,
                           "/Type/XObject/Subtype/Image/Width 60000/Height 60000/ColorSpace/DeviceRGB"
                           "/BitsPerComponent 8/Filter/FlateDecode",
                           zeros)
                   .bytes());
  EXPECT_THAT(picture.hazards, Contains("image-bomb"));
  EXPECT_EQ(picture.verdict, Verdict::kRejected);
  const Findings streams =
      findings(SmallPdf().stream(6, "/Filter/FlateDecode", zeros).stream(7, "/Filter/FlateDecode", zeros).bytes());
  EXPECT_THAT(streams.hazards, Contains("decompression-bomb"));
  EXPECT_EQ(streams.verdict, Verdict::kRejected);
  const Findings loop =
      findings(SmallPdf().object(2, "<</Type/Pages/Kids[2 0 R 3 0 R 2 0 R]/Count 99999999>>").bytes());
  EXPECT_NE(loop.verdict, Verdict::kUsable);
}

// A number of so many bytes, the highest first.
std::string big_endian(std::size_t value, int bytes) {
  std::string number;
  for (int i = bytes - 1; i >= 0; --i) number += static_cast<char>((value >> (8 * i)) & 0xFF);
  return number;
}

// A sound file of one page with `packed`, the objects 6 and on, in the object stream 20 behind `padding`, and a
// cross-reference stream that says so. With `catalog_too` the catalog is packed as well.
std::string with_object_stream(std::vector<std::string> packed, const std::string& padding, bool catalog_too = false) {
  const std::string catalog = "<</Type/Catalog/Pages 2 0 R/Extra 6 0 R>>";
  std::map<int, std::string> objects = {{2, "<</Type/Pages/Kids[3 0 R]/Count 1>>"},
                                        {3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>"}};
  std::map<int, int> index;  // in the object stream
  if (!catalog_too) objects[1] = catalog;
  if (catalog_too) packed.push_back(catalog);
  std::string header, bodies;
  for (std::size_t i = 0; i < packed.size(); ++i) {
    const int number = catalog_too && i + 1 == packed.size() ? 1 : static_cast<int>(6 + i);
    index[number] = static_cast<int>(i);
    header += std::to_string(number) + " " + std::to_string(bodies.size()) + " ";
    bodies += packed[i] + "\n";
  }
  const std::string data = compressed(header + bodies + padding);
  objects[20] = "<</Type/ObjStm/N " + std::to_string(packed.size()) + "/First " + std::to_string(header.size()) +
                "/Filter/FlateDecode/Length " + std::to_string(data.size()) + ">>stream\n" + data + "\nendstream";
  std::string pdf = "%PDF-1.7\n%\xE2\xE3\xCF\xD3\n";
  std::map<int, std::size_t> offsets;
  for (const auto& [number, body] : objects) {
    offsets[number] = pdf.size();
    pdf += std::to_string(number) + " 0 obj\n" + body + "\nendobj\n";
  }
  constexpr int kTable = 21;
  offsets[kTable] = pdf.size();
  std::string entries;
  for (int number = 0; number <= kTable; ++number) {
    if (index.contains(number))
      entries += big_endian(2, 1) + big_endian(20, 4) + big_endian(static_cast<std::size_t>(index[number]), 2);
    else if (offsets.contains(number))
      entries += big_endian(1, 1) + big_endian(offsets[number], 4) + big_endian(0, 2);
    else
      entries += big_endian(0, 1) + big_endian(0, 4) + big_endian(0xFFFF, 2);
  }
  return pdf + "21 0 obj\n<</Type/XRef/Size 22/W[1 4 2]/Root 1 0 R/Length " + std::to_string(entries.size()) +
         ">>stream\n" + entries + "\nendstream\nendobj\nstartxref\n" + std::to_string(offsets[kTable]) + "\n%%EOF\n";
}

TEST_F(Documents, ObjectStreamsAreUnpackedUpToALimit) {
  constexpr std::size_t kTooMuch = std::size_t{70} << 20;
  const std::string script = "<</S/JavaScript/JS(app.alert\\(1\\))>>";
  for (const bool catalog_too : {false, true}) {
    const Findings small = findings(with_object_stream({script}, "", catalog_too));
    EXPECT_THAT(small.hazards, ElementsAre("javascript")) << "the file is sound, and what is packed is seen";
    const Findings bomb = findings(with_object_stream({script}, std::string(kTooMuch, ' '), catalog_too));
    EXPECT_THAT(bomb.hazards, Contains("decompression-bomb"));
    EXPECT_EQ(bomb.verdict, Verdict::kRejected);
  }
}

TEST_F(Documents, MillionsOfPackedArraysAreRefusedBeforeTheyAreRead) {
  std::string many = "[";
  for (int i = 0; i < 1'500'000; ++i) many += "[]";
  const Findings objects = findings(with_object_stream({many + "]"}, ""));
  EXPECT_THAT(objects.hazards, Contains("decompression-bomb"));
  EXPECT_EQ(objects.verdict, Verdict::kRejected);
}

TEST_F(Documents, AnEmptySignatureFieldIsFoundWhereItIsShown) {
  const std::string field = "<</Type/Annot/Subtype/Widget/FT/Sig/T(Handtekening)/Rect[59.5 84.2 297.5 168.4]/P 3 0 R>>";
  const auto with_field = [&](const std::string& page_keys) {
    return findings(SmallPdf()
                        .add_to_catalog("/AcroForm<</Fields[6 0 R]>>")
                        .add_to_page("/Annots[6 0 R]" + page_keys)
                        .object(6, field)
                        .bytes());
  };
  const Findings upright = with_field("");
  ASSERT_EQ(upright.pages.at(0).empty_signature_fields.size(), 1u);
  const intake::Box box = upright.pages[0].empty_signature_fields[0];
  EXPECT_NEAR(box.x, 0.1, 0.01);
  EXPECT_NEAR(box.y, 0.8, 0.01);
  EXPECT_NEAR(box.w, 0.4, 0.01);
  EXPECT_NEAR(box.h, 0.1, 0.01);
  const Findings turned = with_field("/Rotate 90");
  ASSERT_EQ(turned.pages.at(0).empty_signature_fields.size(), 1u);
  EXPECT_NEAR(turned.pages[0].empty_signature_fields[0].x, 0.1, 0.01) << "bottom left becomes top left";
  EXPECT_NEAR(turned.pages[0].empty_signature_fields[0].y, 0.1, 0.01);
  EXPECT_NEAR(turned.pages[0].empty_signature_fields[0].h, 0.4, 0.01);
}

const std::string kLetter =
    "Geachte heer of mevrouw,\nHierbij verzoek ik u om een kopie van de gegevens die bij u bekend zijn,\n"
    "en om de brieven van de laatste twee jaar. Een kopie van mijn bewijs van\n"
    "identiteit stuur ik mee. Graag ontvang ik uw antwoord binnen een maand.\nHoogachtend,";

/// Pen strokes of a signature from (x, y) on, as operators of a content stream.
std::string strokes(double x, double y, double width, double height) {
  std::string path = "q 0.1 0.1 0.5 RG 1.2 w 1 J ";
  for (int i = 0; i <= 300; ++i) {
    const double t = i / 300.0, angle = 40 * t, high = height * 0.45 * (0.35 + 0.65 * std::abs(std::sin(3.4 * t + 1)));
    path += std::to_string(x + 12 + (width - 24) * t + 11 * std::cos(angle)) + " " +
            std::to_string(y + height / 2 - high * std::sin(angle)) + (i == 0 ? " m " : " l ");
  }
  return path + "S Q";
}

TEST_F(Documents, ASignatureDrawnOnAPageWithoutPaperIsSaidToBeAnImage) {
  SmallPdf pdf(kLetter);
  const std::string content = pdf.body(5).substr(pdf.body(5).find("stream\n") + 7);
  pdf.stream(5, "", content.substr(0, content.rfind("\nendstream")) + " " + strokes(60, 540, 150, 55));
  const Findings found = findings(pdf.bytes());
  ASSERT_EQ(found.pages.at(0).handwritten_signatures.size(), 1u);
  EXPECT_GE(found.pages[0].handwritten_signatures[0].confidence, intake::kSureSignature);
  EXPECT_EQ(found.pages[0].handwritten_signatures[0].origin, "image");
}

/// The letter under a picture of paper, as of a scan, with the strokes in the picture's page or in a stamp on it.
std::string scanned_letter(bool stamped) {
  SmallPdf pdf(kLetter);
  const std::string own = pdf.body(5).substr(pdf.body(5).find("stream\n") + 7);
  pdf.stream(5, "",
             "q 595 0 0 842 0 0 cm /P Do Q " + own.substr(0, own.rfind("\nendstream")) + " " +
                 (stamped ? "" : strokes(60, 540, 150, 55)));
  pdf.object(3,
             "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 5 0 R/Resources<</Font<</F 4 0 R>>/XObject<</P "
             "6 0 R>>>>" +
                 std::string(stamped ? "/Annots[7 0 R]" : "") + ">>");
  pdf.stream(6, "/Type/XObject/Subtype/Image/Width 1/Height 1/ColorSpace/DeviceGray/BitsPerComponent 8", "\xFA");
  pdf.object(7, "<</Type/Annot/Subtype/Stamp/F 4/Rect[60 540 210 595]/AP<</N 8 0 R>>>>");
  pdf.stream(8, "/Type/XObject/Subtype/Form/BBox[60 540 210 595]", strokes(60, 540, 150, 55));
  return pdf.bytes();
}

TEST_F(Documents, ASignatureInAStampOnAScanIsAnImageAndOneInTheScanIsNot) {
  const Findings on_paper = findings(scanned_letter(false)), stamped = findings(scanned_letter(true));
  ASSERT_EQ(on_paper.pages.at(0).handwritten_signatures.size(), 1u);
  EXPECT_EQ(on_paper.pages[0].handwritten_signatures[0].origin, "paper");
  ASSERT_EQ(stamped.pages.at(0).handwritten_signatures.size(), 1u);
  EXPECT_EQ(stamped.pages[0].handwritten_signatures[0].origin, "image");
}

TEST_F(Documents, AFormFieldWithAPictureOfASignatureIsNotEmpty) {
  const std::string field = "<</Type/Annot/Subtype/Widget/FT/Sig/T(Handtekening)/Rect[50 530 250 610]/P 3 0 R>>";
  const auto with_field = [&](bool signed_there) {
    SmallPdf pdf(kLetter);
    const std::string own = pdf.body(5).substr(pdf.body(5).find("stream\n") + 7);
    pdf.stream(5, "", own.substr(0, own.rfind("\nendstream")) + " " + (signed_there ? strokes(60, 540, 150, 55) : ""));
    return findings(
        pdf.add_to_catalog("/AcroForm<</Fields[6 0 R]>>").add_to_page("/Annots[6 0 R]").object(6, field).bytes());
  };
  EXPECT_EQ(with_field(false).pages.at(0).empty_signature_fields.size(), 1u);
  EXPECT_EQ(with_field(true).pages.at(0).empty_signature_fields.size(), 0u);
}

TEST_F(Documents, TypeFollowsFromContentAlone) {
  EXPECT_EQ(findings("\r\njunk before" + SmallPdf().bytes()).type, "application/pdf");
  EXPECT_EQ(findings("Gewone tekst.\n").type, "text/plain");
  EXPECT_EQ(findings("MZ\x90").verdict, Verdict::kRejected);
  EXPECT_THAT(findings("PK\x03\x04 packed").hazards, ElementsAre("malformed", "not-scannable", "packed-files"));
  EXPECT_THAT(findings("\x01\x02\x03\x04").hazards, ElementsAre("unknown-type"));
}

}  // namespace
}  // namespace zp::gateway
