// Records as strangers write them.
#include <gmock/gmock.h>

#include "gateway/ipc/domain_facts.h"
#include "tests/unit/courier/zone.h"

namespace zp::gateway {
namespace {

using testing::Optional;

TEST(Dns, AnMxRecordIsReadInLowerCaseAndTheRootIsNoHost) {
  const auto record = parse_mx(test::mx(10, "MX1.Example.NL"));
  ASSERT_TRUE(record);
  EXPECT_EQ(record->preference, 10u);
  EXPECT_EQ(record->host, "mx1.example.nl");
  EXPECT_EQ(parse_mx(test::mx(0, ""))->host, "");
}

TEST(Dns, AHostNameThatIsCutCompressedOrHasOtherSignsIsNone) {
  Bytes cut = test::mx(10, "mx.example.nl");
  cut.pop_back();
  EXPECT_FALSE(parse_mx(cut));
  EXPECT_FALSE(parse_mx(Bytes{0, 10, 0xc0, 0x0c}));
  EXPECT_FALSE(parse_mx(test::mx(10, "mx\r\n.example.nl")));
  EXPECT_FALSE(parse_mx(Bytes{0, 10}));
  Bytes more = test::mx(10, "mx.example.nl");
  more.push_back('x');
  EXPECT_FALSE(parse_mx(more));
}

TEST(Dns, TheStringsOfATextAreOne) {
  EXPECT_THAT(parse_txt(test::txt(std::string(450, 'a'))), Optional(std::string(450, 'a')));
  EXPECT_FALSE(parse_txt(Bytes{5, 'a', 'b'}));
  EXPECT_FALSE(parse_txt(test::txt("a\nb")));
}

TEST(Dns, OnlyTlsaRecordsThatMailServersMayUseCount) {
  EXPECT_TRUE(parse_tlsa(test::tlsa(3)));
  EXPECT_TRUE(parse_tlsa(test::tlsa(2, 0, 2, 64)));
  EXPECT_TRUE(parse_tlsa(test::tlsa(3, 0, 0, 900)));
  EXPECT_FALSE(parse_tlsa(test::tlsa(0))) << "PKIX-TA";
  EXPECT_FALSE(parse_tlsa(test::tlsa(1))) << "PKIX-EE";
  EXPECT_FALSE(parse_tlsa(test::tlsa(3, 2))) << "unknown selector";
  EXPECT_FALSE(parse_tlsa(test::tlsa(3, 1, 3))) << "unknown matching type";
  EXPECT_FALSE(parse_tlsa(test::tlsa(3, 1, 1, 31))) << "a digest that was cut";
}

TEST(Dns, AddressesOfBothKinds) {
  EXPECT_THAT(parse_address(Bytes{192, 0, 2, 1}), Optional(std::string("192.0.2.1")));
  EXPECT_THAT(parse_address(Bytes(16, 0)), Optional(std::string("::")));
  EXPECT_FALSE(parse_address(Bytes{1, 2, 3}));
}

TEST(Dns, TheDomainOfAnAddressIsANameOrNothing) {
  EXPECT_EQ(domain_of_address("Karin@Zorg.Example"), "zorg.example");
  for (const char* wrong : {"karin", "@zorg.example", "k@localhost", "k@zorg..example", "k@-zorg.example",
                            "k@[192.0.2.1]", "k@zorg.example\r\nRCPT", "k@zorg.example."})
    EXPECT_EQ(domain_of_address(wrong), "") << wrong;
}

}  // namespace
}  // namespace zp::gateway
