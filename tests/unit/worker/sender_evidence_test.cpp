#include "gateway/worker/sender_evidence.h"

#include <gtest/gtest.h>

namespace zp::gateway {
namespace {

const std::vector<std::string> kTrusted = {"MX.example.nl"};

TEST(SenderEvidence, SaysWhatOurServerFoundAndWhatThatIsWorth) {
  EXPECT_EQ(sender_evidence({{"mx.example.nl", "spf", "pass", "bounce.example.org"},
                             {"mx.example.nl", "dkim", "fail", "example.org"},
                             {"mx.example.nl", "arc", "none", ""}},
                            kTrusted),
            "Onze mailserver mx.example.nl over de herkomst: SPF klopt (bounce.example.org), DKIM klopt niet "
            "(example.org), ARC niet gebruikt. Dat bewijst niet wie dit "
            "schreef.");
}

TEST(SenderEvidence, WhatAnybodyElseSaysIsNotTold) {
  EXPECT_EQ(sender_evidence({{"mx.example.org", "dkim", "pass", "example.org"}}, kTrusted), "");
  EXPECT_EQ(sender_evidence({{"mx.example.nl", "dkim", "pass", "example.org"}}, {}), "");
  EXPECT_EQ(sender_evidence({}, kTrusted), "");
}

TEST(SenderEvidence, BelowAnotherServersFieldNothingCounts) {
  const std::string said = sender_evidence(
      {{"mx.example.nl", "spf", "fail", ""}, {"elsewhere", "spf", "pass", ""}, {"mx.example.nl", "dkim", "pass", ""}},
      kTrusted);
  EXPECT_EQ(said.find("DKIM"), std::string::npos) << said;
}

TEST(SenderEvidence, AWordThatNobodyKnowsIsNotRepeated) {
  EXPECT_NE(sender_evidence({{"mx.example.nl", "spf", "<script>", ""}}, kTrusted).find("SPF onbekende uitslag"),
            std::string::npos);
}

}  // namespace
}  // namespace zp::gateway
