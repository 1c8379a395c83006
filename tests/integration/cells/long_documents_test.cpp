// Documents of many pages: as much as can be is looked at, and what was not is told.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

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
using testing::ElementsAre;

/// The same page `times` times.
std::string repeated(const std::string& pdf, int times) {
  const std::filesystem::path folder = std::filesystem::temp_directory_path() / ("zp-long-" + Id::random().hex());
  std::filesystem::create_directory(folder);
  std::ofstream(folder / "one.pdf", std::ios::binary) << pdf;
  std::string command = "qpdf --empty --pages";
  for (int i = 0; i < times; ++i) command += " " + (folder / "one.pdf").string() + " 1";
  EXPECT_EQ(std::system((command + " -- " + (folder / "long.pdf").string()).c_str()), 0);
  std::ifstream file(folder / "long.pdf", std::ios::binary);
  std::string bytes{std::istreambuf_iterator<char>(file), {}};
  std::filesystem::remove_all(folder);
  return bytes;
}

TEST(LongScan, WhatWasFoundIsKeptWhenProcessorTimeRunsOut) {
  test::RunningBroker broker("zegelpost-broker", {"--private", "SOCKET", "12"});
  InspectionRequest request;
  request.somebody_waits = true;
  const auto inspection =
      connect_cells(broker.socket())->inspect(as_bytes(repeated(sample("mentor/verzoek-scan.pdf"), 200)), request);
  ASSERT_TRUE(inspection) << inspection.error().message();
  const Findings& found = inspection->findings;
  EXPECT_THAT(found.hazards, ElementsAre("too-many-pages"));
  ASSERT_EQ(found.pages.size(), 200u);
  EXPECT_TRUE(found.pages.front().looked_at);
  EXPECT_FALSE(found.pages.back().looked_at);
  EXPECT_EQ(found.verdict, Verdict::kDoubtful);
}

class LongDocuments : public test::InCells {};

TEST_F(LongDocuments, AreShownWholeAndSmaller) {
  InspectionRequest request;
  request.want_pages = true;
  request.page_dpi = 300;
  const intake::Inspection inspection = inspect(repeated(SmallPdf("Een regel tekst").bytes(), 30), request);
  EXPECT_EQ(inspection.images.size(), 30u);
  EXPECT_LT(inspection.images.front().width, 2400u);
}

}  // namespace
}  // namespace zp::gateway
