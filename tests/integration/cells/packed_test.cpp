// Archives and office documents through the real broker and cells: recognised, unpacked, and never larger than they may.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/integration/cells/in_cells.h"
#include "tests/integration/cells/small_pdf.h"
#include "tests/integration/cells/small_zip.h"

namespace zp::gateway {
namespace {

using intake::Findings;
using intake::Verdict;
using test::NamedFiles;
using test::packed;
using test::SmallPdf;
using testing::Contains;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Not;

class Packed : public test::InCells {};

TEST_F(Packed, DocumentsInAZipAreInspected) {
  const std::string launcher = SmallPdf("x").add_to_catalog("/OpenAction<</S/Launch/F(x)>>").bytes();
  const Findings found = findings(packed(
      {{"map/brief.pdf", SmallPdf("Geachte heer,\nhierbij verzoek ik u iets").bytes()}, {"programma.pdf", launcher}}));
  EXPECT_EQ(found.type, "application/zip");
  EXPECT_THAT(found.hazards, ElementsAre("packed-files"));
  EXPECT_EQ(found.verdict, Verdict::kDoubtful) << "a person must look";
  ASSERT_EQ(found.attachments.size(), 2U);
  EXPECT_EQ(found.attachments[0].name, "brief.pdf");
  EXPECT_EQ(found.attachments[0].kind, "letter");
  EXPECT_THAT(found.attachments[1].hazards, Contains("launch-action"));
}

TEST_F(Packed, AZipThatHoldsAnOfficeDocumentIsAZip) {
  const std::string word =
      packed({{"[Content_Types].xml", "<Types/>"}, {"word/document.xml", "<w><p>Geachte heer</p></w>"}});
  // Stored as it is, its own names stand in the outer file too.
  const Findings found = findings(packed({{"mimetype", "-"}, {"brief.docx", word}, {"scan.pdf", SmallPdf().bytes()}}));
  EXPECT_EQ(found.type, "application/zip");
  EXPECT_THAT(found.hazards, ElementsAre("packed-files"));
  ASSERT_EQ(found.attachments.size(), 3U);
  EXPECT_THAT(found.attachments[1].type, HasSubstr("wordprocessingml"));
  EXPECT_EQ(found.attachments[2].type, "application/pdf");
  EXPECT_EQ(findings(packed({{"word/document.xml.pdf", SmallPdf().bytes()}})).type, "application/zip");
}

TEST_F(Packed, AZipThatGrowsTooLargeIsRejected) {
  const Findings bomb = findings(packed({{"nullen", std::string(std::size_t{300} << 20, '\0')}}));
  EXPECT_THAT(bomb.hazards, Contains("decompression-bomb"));
  EXPECT_EQ(bomb.verdict, Verdict::kRejected);
  // Each layer holds the same ten times; together they are a gigabyte.
  std::string layer(std::size_t{10} << 20, '\0');
  for (int depth = 0; depth < 3; ++depth) {
    NamedFiles files;
    for (int i = 0; i < 10; ++i) files.emplace_back("laag" + std::to_string(i), layer);
    layer = packed(files);
  }
  const Findings nested = findings(layer);
  EXPECT_THAT(nested.hazards, Not(Contains("crash")));
  EXPECT_THAT(nested.hazards, Not(Contains("timeout")));
  EXPECT_NE(nested.verdict, Verdict::kUsable);
}

TEST_F(Packed, ALockedZipAsksForOneWithoutPassword) {
  const Findings found = findings(packed({{"a.pdf", SmallPdf().bytes()}}, archive_write_set_format_zip, "geheim"));
  EXPECT_THAT(found.hazards, Contains("needs-password"));
  EXPECT_EQ(found.verdict, Verdict::kRejected);
}

TEST_F(Packed, ALetterInWordIsReadAndItsPicturesAreInspected) {
  constexpr const char* kWord =
      "<?xml version=\"1.0\"?><!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;\">]>"
      "<w:document xmlns:w=\"http://schemas.openxmlformats.org/wordprocessingml/2006/main\"><w:body>"
      "<w:p><w:r><w:t>Geachte heer,</w:t></w:r></w:p><w:p><w:r><w:t>Hierbij verzoek ik u om inzage "
      "(AVG).</w:t></w:r></w:p>"
      "<w:p><w:t>&b;</w:t></w:p></w:body></w:document>";
  const Findings found = findings(packed({{"[Content_Types].xml", "<Types/>"},
                                          {"word/document.xml", kWord},
                                          {"word/media/scan.pdf", SmallPdf("Volmacht").bytes()},
                                          {"word/vbaProject.bin", "x"}}));
  EXPECT_EQ(found.type, "application/vnd.openxmlformats-officedocument.wordprocessingml.document");
  EXPECT_THAT(found.hazards, ElementsAre("macros", "office-document"));
  ASSERT_EQ(found.pages.size(), 1U);
  EXPECT_THAT(found.pages[0].text, HasSubstr("Geachte heer,\nHierbij verzoek ik u"));
  EXPECT_THAT(found.pages[0].text, Not(HasSubstr("aaaaaaaaaa"))) << "entities of its own are not replaced";
  EXPECT_EQ(found.kind, "letter");
  EXPECT_EQ(found.subject, "avg-verzoek");
  ASSERT_EQ(found.attachments.size(), 1U);
  EXPECT_EQ(found.attachments[0].type, "application/pdf");
  EXPECT_EQ(found.verdict, Verdict::kDoubtful);
}

TEST_F(Packed, AWebPageIsLeftToAPerson) {
  const Findings page = findings("<html><script>x</script><p>Geachte heer, hierbij verzoek ik u om inzage</p></html>");
  EXPECT_THAT(page.hazards, ElementsAre("web-page"));
  EXPECT_EQ(page.verdict, Verdict::kDoubtful);
  for (const char* other :
       {"<svg xmlns='http://www.w3.org/2000/svg'><script>x</script></svg>",
        "\xEF\xBB\xBF<?xml version='1.0'?>\n<!-- x --><svg onload='x'/>", "<?xml version='1.0'?><Invoice/>"})
    EXPECT_THAT(findings(other).hazards, ElementsAre("web-page")) << other;
}

TEST_F(Packed, APdfThatEndsAsAZipIsLeftToAPerson) {
  const std::string pdf = SmallPdf("Volmacht").bytes(), zip = packed({{"a.exe", "MZ"}});
  EXPECT_THAT(findings(pdf + zip).hazards, ElementsAre("hidden-archive"));
  EXPECT_THAT(findings(pdf + zip + "%%EOF").hazards, Not(Contains("hidden-archive"))) << "no ZIP ends there";
}

TEST_F(Packed, OpenDocumentsAndSheetsAreRead) {
  const Findings text = findings(packed({{"mimetype", "application/vnd.oasis.opendocument.text"},
                                         {"content.xml", "<d><p>Ik machtig mijn gemachtigde</p></d>"}}));
  EXPECT_EQ(text.kind, "mandate");
  const Findings sheet = findings(packed(
      {{"xl/workbook.xml", "<w/>"}, {"xl/sharedStrings.xml", "<sst><si><t>Naam</t></si><si><t>Jan</t></si></sst>"}}));
  EXPECT_EQ(sheet.type, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
  EXPECT_THAT(sheet.pages.at(0).text, HasSubstr("Naam\nJan"));
  EXPECT_THAT(findings("{\\rtf1 x}").hazards, ElementsAre("office-document"));
}

TEST_F(Packed, AnOpenDocumentWithAPasswordIsAskedForWithoutOne) {
  const Findings found =
      findings(packed({{"mimetype", "application/vnd.oasis.opendocument.text"},
                       {"content.xml", std::string("\x8F\x01\x02", 3)},
                       {"META-INF/manifest.xml",
                        "<m:manifest xmlns:m='urn:oasis:names:tc:opendocument:xmlns:manifest:1.0'><m:file-entry "
                        "m:full-path='content.xml'><m:encryption-data/></m:file-entry></m:manifest>"}}));
  EXPECT_THAT(found.hazards, ElementsAre("encrypted", "needs-password", "office-document"));
  EXPECT_EQ(found.verdict, Verdict::kRejected);
}

TEST_F(Packed, ADocumentOrMailWithoutWordsIsNotCalledBlank) {
  const std::string document = packed({{"word/document.xml", "<d/>"}, {"word/media/foto.txt", "een foto"}});
  EXPECT_EQ(findings(document).verdict, Verdict::kDoubtful);
  const Findings mail = findings(
      "From: a@example.org\r\nTo: b@example.org\r\nSubject: Foto\r\nMIME-Version: 1.0\r\nContent-Type: "
      "multipart/mixed; boundary=x\r\n\r\n--x\r\nContent-Type: text/plain\r\n\r\n\r\n--x\r\nContent-Type: "
      "text/plain; name=brief.txt\r\nContent-Disposition: attachment; filename=brief.txt\r\n\r\nGeachte "
      "heer\r\n--x--\r\n");
  ASSERT_EQ(mail.type, "message/rfc822");
  EXPECT_NE(mail.verdict, Verdict::kUnusable);
  EXPECT_EQ(findings("  \n \n").verdict, Verdict::kUnusable) << "a text is all there is";
}

TEST_F(Packed, ANameInAnotherScriptComesThrough) {
  const Findings found = findings(packed({{"verzoek \xE2\x82\xAC.txt", "tekst"}}));
  ASSERT_EQ(found.attachments.size(), 1U);
  EXPECT_EQ(found.attachments[0].name, "verzoek \xE2\x82\xAC.txt");
}

}  // namespace
}  // namespace zp::gateway
