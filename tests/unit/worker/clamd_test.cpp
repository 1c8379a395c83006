#include "gateway/worker/clamd.h"

#include <gtest/gtest.h>

namespace zp::gateway {
namespace {

TEST(Clamd, OnlyOkIsClean) {
  EXPECT_EQ(verdict_of_reply("stream: OK"), Malware::kClean);
  EXPECT_EQ(verdict_of_reply("stream: Eicar-Test FOUND"), Malware::kInfected);
  EXPECT_EQ(verdict_of_reply("stream: Heuristics.Limits.Exceeded.MaxFileSize FOUND"), Malware::kNotScannable);
  EXPECT_EQ(verdict_of_reply("stream: Heuristics.Encrypted.PDF FOUND"), Malware::kNotScannable);
  EXPECT_EQ(verdict_of_reply("INSTREAM size limit exceeded. ERROR"), Malware::kNotScannable);
  EXPECT_EQ(verdict_of_reply("stream: OK and more"), Malware::kNotScannable);
  EXPECT_EQ(verdict_of_reply(""), Malware::kScannerDown);
}

TEST(Clamd, NoScannerIsNeverClean) {
  EXPECT_EQ(Clamd("").scan({}), Malware::kScannerDown);
  EXPECT_EQ(Clamd("/nonexistent/clamd.sock").scan({}), Malware::kScannerDown);
}

TEST(Clamd, OnlyCleanAndReleasedDocumentsMayBeUsed) {
  for (const Malware verdict : {Malware::kPending, Malware::kInfected, Malware::kNotScannable, Malware::kScannerDown}) {
    DocumentDetails details;
    details.malware = verdict;
    EXPECT_FALSE(details.may_be_used());
  }
}

}  // namespace
}  // namespace zp::gateway
