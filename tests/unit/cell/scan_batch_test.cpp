#include "intake/cell/scan_batch.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <qrencode.h>

#include <qpdf/QPDF.hh>
#include <qpdf/QPDFPageDocumentHelper.hh>
#include <qpdf/QPDFWriter.hh>
#include <sstream>

#include "crypto/reference.h"

namespace zp::intake::cell {
namespace {

using testing::ElementsAre;

constexpr int kWidth = 620, kHeight = 877;  // A4 at 75 dpi

std::string picture(const std::string& code, char number) {
  std::string gray(static_cast<std::size_t>(kWidth) * kHeight, '\xff'), line;
  if (number != 0)
    for (int y = 300; y < 600; ++y)
      for (int x = 100; x < 500; ++x)
        gray[static_cast<std::size_t>(y * kWidth + x)] = static_cast<char>(x % 9 < 4 ? number : 120);
  int top = 60;
  for (std::istringstream lines(code); std::getline(lines, line);) {
    QRcode* const qr = QRcode_encodeString8bit(line.c_str(), 0, QR_ECLEVEL_Q);
    for (int y = 0; y < qr->width * 4; ++y)
      for (int x = 0; x < qr->width * 4; ++x)
        if (qr->data[y / 4 * qr->width + x / 4] & 1) gray[static_cast<std::size_t>((y + top) * kWidth + x + 60)] = 0;
    top += qr->width * 4 + 60;
    QRcode_free(qr);
  }
  return gray;
}

/// A scan: each page one picture with the QR codes of `codes`, one in each line, or text for "text", or nothing at all for "".
Bytes batch(const std::vector<std::string>& codes) {
  QPDF pdf;
  pdf.emptyPDF();
  QPDFPageDocumentHelper pages(pdf);
  char number = 1;
  for (const std::string& code : codes) {
    auto image = QPDFObjectHandle::newStream(&pdf, code == "text" ? picture("", number++) : picture(code, 0));
    image.replaceDict(QPDFObjectHandle::parse(
        fmt::format("<</Type/XObject/Subtype/Image/Width {}/Height {}/ColorSpace/DeviceGray/BitsPerComponent 8>>",
                    kWidth, kHeight)));
    auto page = QPDFObjectHandle::parse("<</Type/Page/MediaBox[0 0 595 842]/Resources<</XObject<<>>>>>>");
    page.getKey("/Resources").getKey("/XObject").replaceKey("/I", image);
    page.replaceKey("/Contents", QPDFObjectHandle::newStream(&pdf, "595 0 0 842 0 0 cm /I Do"));
    pages.addPage(pdf.makeIndirectObject(page), false);
  }
  QPDFWriter writer(pdf);
  writer.setOutputMemory();
  writer.setStreamDataMode(qpdf_s_preserve);
  writer.write();
  const auto buffer = writer.getBufferSharedPointer();
  return Bytes(buffer->getBuffer(), buffer->getBuffer() + buffer->getSize());
}

Result<ScanBatch> split(const std::vector<std::string>& codes) {
  const Bytes pdf = batch(codes);
  return split_batch(pdf, [](int, int) {});
}

std::vector<std::string> pictures(const Bytes& bytes) {
  std::vector<std::string> found;
  QPDF pdf;
  pdf.processMemoryFile("part", reinterpret_cast<const char*>(bytes.data()), bytes.size());
  for (auto& page : QPDFPageDocumentHelper(pdf).getAllPages())
    for (auto& [name, image] : page.getImages()) {
      const auto raw = image.getRawStreamData();
      found.emplace_back(reinterpret_cast<const char*>(raw->getBuffer()), raw->getSize());
    }
  return found;
}

TEST(ScanBatchTest, PagesGoToTheSheetBeforeThemAndKeepTheirPicturesBitExact) {
  const std::string first = crypto::random_reference(), second = crypto::random_reference();
  const auto batch = split({"text", first, "", "text", "text", std::string(kSeparatorText), "text", second, "text"});
  ASSERT_TRUE(batch) << batch.error().message();
  ASSERT_EQ(batch->parts.size(), 4U);
  EXPECT_EQ(batch->parts[0].reference, "");
  EXPECT_EQ(batch->parts[1].reference, first);
  EXPECT_EQ(batch->parts[2].reference, "");
  EXPECT_EQ(batch->parts[3].reference, second);
  EXPECT_THAT(pictures(batch->parts[0].content), ElementsAre(picture("", 1)));
  EXPECT_THAT(pictures(batch->parts[1].content), ElementsAre(picture("", 2), picture("", 3)));
  EXPECT_THAT(pictures(batch->parts[1].sheet), ElementsAre(picture(first, 0), picture("", 0)))
      << "the empty back of a sheet goes with it";
  EXPECT_THAT(pictures(batch->parts[3].content), ElementsAre(picture("", 5)));
  EXPECT_EQ(batch->parts[1].first_page, 4);
  EXPECT_EQ(batch->parts[1].last_page, 5);
}

TEST(ScanBatchTest, WithoutASheetTheBatchIsOnePartAsItCame) {
  const auto batch = split({"text", "", "text"});
  ASSERT_TRUE(batch);
  ASSERT_EQ(batch->parts.size(), 1U);
  EXPECT_TRUE(batch->parts[0].content.empty());
  EXPECT_TRUE(batch->parts[0].sheet.empty());
}

TEST(ScanBatchTest, OtherCodesAreNoSheets) {
  for (const char* code :
       {"https://post.example.nl/echt?kenmerk=ZP-4K7M-9XQ2-R", "ZP-4K7M-9XQ2-X", "zegelpost", "WIFI:S:x;;"}) {
    const auto batch = split({"text", code, "text"});
    ASSERT_TRUE(batch);
    EXPECT_EQ(batch->parts.size(), 1U) << code;
  }
}

TEST(ScanBatchTest, ASheetMayCarryAnotherCodeButNotTwoThatSaySomethingElse) {
  const std::string reference = crypto::random_reference();
  const auto genuine =
      split({"text", reference + "\nhttps://post.example.nl/echt?kenmerk=" + reference + "&code=K7PM", "text"});
  ASSERT_TRUE(genuine);
  ASSERT_EQ(genuine->parts.size(), 2U);
  EXPECT_EQ(genuine->parts[1].reference, reference);
  const auto torn = split({"text", reference + "\n" + crypto::random_reference(), "text"});
  ASSERT_TRUE(torn);
  EXPECT_EQ(torn->parts.size(), 1U);
}

TEST(ScanBatchTest, ASheetWithNothingBehindItIsAPartToo) {
  const std::string reference = crypto::random_reference();
  const auto batch = split({reference, std::string(kSeparatorText), "text"});
  ASSERT_TRUE(batch);
  ASSERT_EQ(batch->parts.size(), 2U);
  EXPECT_TRUE(batch->parts[0].content.empty());
  EXPECT_FALSE(batch->parts[0].sheet.empty());
}

TEST(ScanBatchTest, WhatIsNoPdfIsSaid) {
  for (const std::string_view text : {"", "%PDF-1.7\nnothing", "GIF89a"})
    EXPECT_FALSE(split_batch(as_bytes(text), [](int, int) {}));
}

TEST(ScanBatchTest, EachCutOffBatchIsSplitOrRefusedAndNothingElse) {
  Bytes pdf = batch({"text", crypto::random_reference(), "text"});
  for (std::size_t left = pdf.size() / 10; left < pdf.size(); left += pdf.size() / 10) {
    const auto cut = split_batch(ByteView(pdf).first(left), [](int, int) {});
    EXPECT_TRUE(!cut || !cut->parts.empty());
  }
}

}  // namespace
}  // namespace zp::intake::cell
