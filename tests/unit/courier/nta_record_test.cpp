// The TXT record of NTA 7516.
#include "gateway/courier/nta_record.h"

#include <gtest/gtest.h>

namespace zp::gateway {
namespace {

TEST(NtaRecord, SaysFromWhenToWhenAndWhichServersComeFirst) {
  const auto record = parse_nta(
      "v=NTA7516-1;startdate=2026-01;enddate=2027-03;provider=Zorgmail;ntamx=20 b.example.nl;ntamx=10 A.example.nl.");
  ASSERT_TRUE(record);
  EXPECT_EQ(record->provider, "Zorgmail");
  ASSERT_EQ(record->servers.size(), 2u);
  EXPECT_EQ(record->servers[0].host, "a.example.nl");
  EXPECT_EQ(record->servers[1].preference, 20u);
  EXPECT_TRUE(record->holds_on("2026-01-01"));
  EXPECT_TRUE(record->holds_on("2027-03-31"));
  EXPECT_FALSE(record->holds_on("2025-12-31"));
  EXPECT_FALSE(record->holds_on("2027-04-01"));
}

TEST(NtaRecord, WithoutServersTheMxRecordsCount) {
  const auto record = parse_nta("v=NTA7516-1; startdate=2026-01; enddate=2027-03; provider=P");
  ASSERT_TRUE(record);
  EXPECT_TRUE(record->servers.empty());
}

TEST(NtaRecord, WhatTheAgreementDoesNotHaveIsNoRecord) {
  for (const char* wrong :
       {"", "v=spf1 -all", "v=NTA7516;version:2019-06;expire:2019-10;provider:p;ntamx:mx.example.nl",
        "startdate=2026-01;v=NTA7516-1;enddate=2027-01", "v=NTA7516-1;startdate=2026-01",
        "v=NTA7516-1;startdate=2026-13;enddate=2027-01",
        "v=NTA7516-1;startdate=2026-01;enddate=2027-01;ntamx=mx.example.nl",
        "v=NTA7516-1;startdate=2026-01;enddate=2027-01;ntamx=10 mx example.nl",
        "v=NTA7516-1;startdate=2026-01;enddate=2027-01;ntamx=70000 mx.example.nl"})
    EXPECT_FALSE(parse_nta(wrong)) << wrong;
}

}  // namespace
}  // namespace zp::gateway
