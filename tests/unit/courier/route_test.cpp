// Which servers of a domain mail may be handed to.
#include "gateway/courier/route.h"

#include <gmock/gmock.h>

#include "tests/unit/courier/zone.h"

namespace zp::gateway {
namespace {

using test::Zone;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char *kDomain = "zorg.example", *kMx = "mx1.zorg.example", *kTlsa = "_25._tcp.mx1.zorg.example";

class RouteTest : public testing::Test {
 protected:
  RouteTest() {
    zone_.add(kDomain, RecordType::kMx, test::mx(10, kMx));
    server(kMx);
  }
  void server(const std::string& name) { zone_.add(name, RecordType::kA, Bytes{192, 0, 2, 1}); }
  void dane(const std::string& name, std::uint8_t usage = 3) {
    zone_.add("_25._tcp." + name, RecordType::kTlsa, test::tlsa(usage));
  }
  void sts(const std::string& mode, const std::string& host = kMx) {
    zone_.add(std::string("_mta-sts.") + kDomain, RecordType::kTxt, test::txt("v=STSv1; id=1;"));
    policy_ = "version: STSv1\nmode: " + mode + "\nmx: " + host + "\nmax_age: 60\n";
  }
  void nta(const std::string& more = "") {
    zone_.add(kDomain, RecordType::kTxt, test::txt("v=NTA7516-1;startdate=2026-01;enddate=2026-12;provider=P" + more));
  }
  Route route(const std::string& today = "2026-11-22") {
    const auto found = find_route(zone_, book_, kDomain, options_, today, 1000);
    EXPECT_TRUE(found) << found.error().message();
    return found ? *found : Route{};
  }

  Zone zone_;
  RouteOptions options_;
  std::string policy_;
  StsBook book_{[this](const std::string&) -> Result<std::string> {
    if (policy_.empty()) return fail(Code::kUnavailable, "fetch");
    return policy_;
  }};
};

TEST_F(RouteTest, SignedMxAddressesAndTlsaMakeDane) {
  dane(kMx);
  const Route found = route();
  EXPECT_EQ(found.facts.good_by, kByDane);
  EXPECT_EQ(found.facts.mx, "secure");
  ASSERT_EQ(found.servers.size(), 1u);
  EXPECT_EQ(found.servers[0].tlsa_base, kMx);
  EXPECT_THAT(found.servers[0].addresses, ElementsAre("192.0.2.1"));
}

TEST_F(RouteTest, OnlyServersWithTlsaRecordsAreUsedInTheirOrder) {
  zone_.add(kDomain, RecordType::kMx, test::mx(5, "mx0.zorg.example"));
  zone_.add(kDomain, RecordType::kMx, test::mx(1, "bare.zorg.example"));
  server("mx0.zorg.example");
  server("bare.zorg.example");
  dane("mx0.zorg.example");
  dane(kMx);
  const Route found = route();
  EXPECT_THAT(found.facts.servers, ElementsAre("mx0.zorg.example", kMx));
  EXPECT_EQ(found.facts.mx_servers, 3u);
  EXPECT_EQ(found.facts.dane_servers, 2u);
}

TEST_F(RouteTest, AnUnsignedMxIsNoDaneWhateverTheServersSay) {
  dane(kMx);
  zone_.trust[kDomain] = Trust::kInsecure;
  EXPECT_FALSE(route().facts.good());
  EXPECT_EQ(route().facts.mx, "insecure");
}

TEST_F(RouteTest, UnsignedAddressesOrTlsaAreNoDane) {
  dane(kMx);
  zone_.trust[kTlsa] = Trust::kInsecure;
  EXPECT_FALSE(route().facts.good());
  zone_.trust.clear();
  zone_.trust[kMx] = Trust::kInsecure;
  EXPECT_FALSE(route().facts.good());
}

TEST_F(RouteTest, ABogusMxEndsTheSearchAlsoForMtaSts) {
  dane(kMx);
  sts("enforce");
  zone_.trust[kDomain] = Trust::kBogus;
  const Route found = route();
  EXPECT_EQ(found.facts.mx, "bogus");
  EXPECT_THAT(found.servers, IsEmpty());
}

TEST_F(RouteTest, AServerWhoseTlsaIsBogusOrSilentIsPassedOverAlsoByMtaSts) {
  dane(kMx);
  sts("enforce");
  zone_.trust[kTlsa] = Trust::kBogus;
  EXPECT_FALSE(route().facts.good());
  zone_.trust.clear();
  zone_.silent.insert(kTlsa);
  EXPECT_FALSE(route().facts.good());
}

TEST_F(RouteTest, TlsaRecordsOfOtherUsagesAreNeitherDaneNorLeftOut) {
  dane(kMx, 1);
  sts("enforce");
  EXPECT_FALSE(route().facts.good());
}

TEST_F(RouteTest, MtaStsInModeEnforceIsGoodForTheServersThatItNames) {
  zone_.otherwise = Trust::kInsecure;
  sts("enforce");
  const Route found = route();
  EXPECT_EQ(found.facts.good_by, kByMtaSts);
  ASSERT_EQ(found.servers.size(), 1u);
  EXPECT_THAT(found.servers[0].tlsa, IsEmpty());
}

TEST_F(RouteTest, MtaStsThatTestsOrNamesAnotherServerIsNotGood) {
  zone_.otherwise = Trust::kInsecure;
  sts("enforce", "other.example");
  EXPECT_FALSE(route().facts.good());
  policy_ = "version: STSv1\nmode: testing\nmx: mx1.zorg.example\nmax_age: 60\n";
  EXPECT_FALSE(
      find_route(zone_, *std::make_unique<StsBook>([this](const std::string&) { return Result<std::string>(policy_); }),
                 kDomain, options_, "2026-11-22", 1000)
          ->facts.good());
}

TEST_F(RouteTest, ARecordWithoutAPolicyIsNotGood) {
  zone_.otherwise = Trust::kInsecure;
  zone_.add(std::string("_mta-sts.") + kDomain, RecordType::kTxt, test::txt("v=STSv1; id=1;"));
  EXPECT_EQ(route().facts.sts, "unreachable");
  EXPECT_FALSE(route().facts.good());
}

TEST_F(RouteTest, NtaLeadsToItsOwnServersWhenTheyHaveDane) {
  nta(";ntamx=10 nta.zorg.example");
  server("nta.zorg.example");
  dane(kMx);
  EXPECT_EQ(route().facts.nta, "no-dane");
  EXPECT_EQ(route().facts.good_by, kByDane) << "the usual servers are still good";
  dane("nta.zorg.example");
  const Route found = route();
  EXPECT_EQ(found.facts.good_by, kByNta);
  EXPECT_THAT(found.facts.servers, ElementsAre("nta.zorg.example"));
  EXPECT_EQ(found.facts.nta_until, "2026-12");
}

TEST_F(RouteTest, NtaWithoutServersUsesTheMxRecords) {
  nta();
  dane(kMx);
  EXPECT_EQ(route().facts.good_by, kByNta);
}

TEST_F(RouteTest, ANtaRecordThatIsOverOrUnsignedDoesNotCount) {
  nta();
  dane(kMx);
  EXPECT_EQ(route("2027-01-01").facts.nta, "over");
  EXPECT_EQ(route("2027-01-01").facts.good_by, kByDane);
  zone_.otherwise = Trust::kInsecure;
  EXPECT_EQ(route().facts.nta, "unsigned");
  EXPECT_FALSE(route().facts.good());
}

TEST_F(RouteTest, ADomainThatTakesNoMailHasNoServers) {
  zone_.records[{kDomain, RecordType::kMx}] = {test::mx(0, "")};
  dane(kDomain);
  server(kDomain);
  EXPECT_EQ(route().facts.mx, "null");
  EXPECT_THAT(route().servers, IsEmpty());
}

TEST_F(RouteTest, WithoutMxRecordsTheDomainIsItsOwnServer) {
  zone_.records.clear();
  server(kDomain);
  dane(kDomain);
  EXPECT_THAT(route().facts.servers, ElementsAre(kDomain));
}

TEST_F(RouteTest, OnlyWhatTheConfigurationAcceptsIsGood) {
  nta();
  dane(kMx);
  sts("enforce");
  options_.accept = {kByDane};
  EXPECT_EQ(route().facts.good_by, kByDane);
  options_.accept = {kByMtaSts};
  EXPECT_FALSE(route().facts.good()) << "a server with TLSA records proves itself by these";
}

TEST_F(RouteTest, NoAnswerIsNoRoute) {
  zone_.silent.insert(kDomain);
  EXPECT_EQ(find_route(zone_, book_, kDomain, options_, "2026-11-22", 1).error().code, Code::kUnavailable);
}

}  // namespace
}  // namespace zp::gateway
