// MTA-STS (RFC 8461): records, policies, and how long they are held.
#include "gateway/courier/sts_policy.h"

#include <gmock/gmock.h>

#include "tests/unit/courier/zone.h"

namespace zp::gateway {
namespace {

using test::Zone;
using testing::Optional;

constexpr const char* kPolicy =
    "version: STSv1\r\nmode: enforce\r\nmx: mx1.example.nl\r\nmx: *.mail.example.nl\r\nmax_age: 86400\r\n";

TEST(StsRecord, HasOneIdBehindItsVersion) {
  EXPECT_THAT(parse_sts_id("v=STSv1; id=20261122T0100Z;"), Optional(std::string("20261122T0100Z")));
  for (const char* wrong :
       {"v=STSv1;", "id=1; v=STSv1", "v=STSv2; id=1", "v=STSv1; id=a-b", "v=STSv1; id=", "v=spf1 -all"})
    EXPECT_FALSE(parse_sts_id(wrong)) << wrong;
  EXPECT_FALSE(parse_sts_id("v=STSv1; id=" + std::string(33, '1')));
}

TEST(StsPolicy, AllowsTheServersThatItNamesAndNoOther) {
  const auto policy = parse_sts_policy(kPolicy);
  ASSERT_TRUE(policy);
  EXPECT_EQ(policy->mode, "enforce");
  EXPECT_EQ(policy->max_age, 86400u);
  EXPECT_TRUE(policy->allows("mx1.example.nl"));
  EXPECT_TRUE(policy->allows("a.mail.example.nl"));
  EXPECT_FALSE(policy->allows("mx2.example.nl"));
  EXPECT_FALSE(policy->allows("mail.example.nl")) << "the star stands for a label";
  EXPECT_FALSE(policy->allows("a.b.mail.example.nl")) << "and for one only";
  EXPECT_FALSE(policy->allows("mx1.example.nl.evil.example"));
}

TEST(StsPolicy, LinesMayEndWithLfAndUnknownKeysAreLeftOut) {
  EXPECT_TRUE(parse_sts_policy("version: STSv1\nmode: testing\nmx: a.example\nfuture: x\nmax_age: 1"));
  EXPECT_TRUE(parse_sts_policy("version: STSv1\nmode: none\nmax_age: 1\n"));
}

TEST(StsPolicy, WhatDoesNotFollowTheGrammarIsNone) {
  for (const char* wrong :
       {"", "mode: enforce\nmx: a.example\nmax_age: 1\n", "version: STSv2\nmode: enforce\nmx: a.example\nmax_age: 1\n",
        "version: STSv1\nmode: strict\nmx: a.example\nmax_age: 1\n", "version: STSv1\nmode: enforce\nmax_age: 1\n",
        "version: STSv1\nmode: enforce\nmx: a.example\n", "version: STSv1\nmode: enforce\nmx: a.example\nmax_age: -1\n",
        "version: STSv1\nmode: enforce\nmx: a.example\nmax_age: 1x\n",
        "version: STSv1\nmode: enforce\nmx: *\nmax_age: 1\n",
        "version: STSv1\nmode: enforce\nmx: a.*.example\nmax_age: 1\n", "version: STSv1\nenforce\n",
        "<html>Not found</html>"})
    EXPECT_FALSE(parse_sts_policy(wrong)) << wrong;
}

TEST(StsPolicy, NoPolicyIsHeldForMoreThanAYear) {
  EXPECT_EQ(parse_sts_policy("version: STSv1\nmode: enforce\nmx: a.example\nmax_age: 99999999999\n")->max_age,
            31'557'600u);
}

class StsBookTest : public testing::Test {
 protected:
  StsBookTest() { zone_.add("_mta-sts.example.nl", RecordType::kTxt, test::txt("v=STSv1; id=1;")); }
  StsBook::Found find(std::int64_t now) { return book_.find(zone_, "example.nl", now); }

  Zone zone_;
  Result<std::string> body_ = std::string(kPolicy);
  int fetched_ = 0;
  StsBook book_{[this](const std::string&) { return ++fetched_, body_; }};
};

TEST_F(StsBookTest, APolicyIsFetchedOnceAndHeldForItsAge) {
  ASSERT_TRUE(find(1000).policy);
  EXPECT_EQ(find(2000).policy->until, 1000 + 86'400'000);
  EXPECT_EQ(fetched_, 1);
  body_ = fail(Code::kUnavailable, "fetch");
  EXPECT_FALSE(find(1000 + 86'400'000).policy) << "over, and not fetched";
}

TEST_F(StsBookTest, AnotherIdIsAnotherPolicyAndUntilThatIsFetchedTheOldOneHolds) {
  find(1000);
  zone_.records[{"_mta-sts.example.nl", RecordType::kTxt}] = {test::txt("v=STSv1; id=2;")};
  body_ = fail(Code::kUnavailable, "fetch");
  EXPECT_EQ(find(2000).policy->id, "1");
  body_ = std::string("version: STSv1\nmode: none\nmax_age: 60\n");
  EXPECT_EQ(find(3000).policy->policy.mode, "none");
}

TEST_F(StsBookTest, WhoHidesTheRecordDoesNotEndAPolicyThatIsHeld) {
  find(1000);
  zone_.records.clear();
  EXPECT_EQ(find(2000).policy->policy.mode, "enforce");
}

TEST_F(StsBookTest, TwoRecordsAreNone) {
  zone_.add("_mta-sts.example.nl", RecordType::kTxt, test::txt("v=STSv1; id=2;"));
  EXPECT_FALSE(find(1000).announced);
  EXPECT_EQ(fetched_, 0);
}

}  // namespace
}  // namespace zp::gateway
