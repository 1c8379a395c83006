#include "intake/cell/authentication.h"

#include <fmt/format.h>
#include <gmock/gmock.h>

namespace zp::intake::cell {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

std::vector<std::string> lines(std::string_view field) {
  std::vector<std::string> lines;
  for (const auto& one : read_authentication(field))
    lines.push_back(fmt::format("{} {} {} {}", one.server, one.method, one.result, one.domain));
  return lines;
}

TEST(Authentication, EachResultWithTheDomainThatItIsAbout) {
  EXPECT_THAT(lines("mx.example.nl;\r\n\tdkim=pass header.d=Example.org header.s=sel "
                    "header.b=\"abc=\";\r\n\tspf=softfail (mx.example.nl: "
                    "domain of transitioning) smtp.mailfrom=jan@bounce.example.org;\r\n\tdmarc=fail (p=NONE; sp=NONE) "
                    "header.from=example.org; arc=none"),
              ElementsAre("mx.example.nl dkim pass example.org", "mx.example.nl spf softfail bounce.example.org",
                          "mx.example.nl dmarc fail example.org", "mx.example.nl arc none "));
}

TEST(Authentication, CommentsQuotesAndVersionsOfRfc8601) {
  EXPECT_THAT(
      lines(
          R"("mx.example.nl" (a (nested; \) one) dkim=pass here) 1; dkim/1 = pass reason="good; spf=fail" header.i=@example.org)"),
      ElementsAre("mx.example.nl dkim pass example.org"));
  EXPECT_THAT(lines("mx.example.nl; iprev=pass policy.iprev=192.0.2.1; auth=pass smtp.auth=jan"), IsEmpty());
  EXPECT_THAT(lines("mx.example.nl; none"), IsEmpty());
}

TEST(Authentication, WhatIsNoneGivesNothing) {
  for (const char* field : {"", ";", "; dkim=pass", "mx.example.nl", "mx.example.nl; dkim",
                            "mx.example.nl; dkim=", "mx; (dkim=pass", "mx; \"dkim=pass"})
    EXPECT_THAT(lines(field), IsEmpty()) << field;
  EXPECT_LE(lines("mx; " + std::string(100'000, 'x') + "; spf=pass").size(), 1u);
  std::string many = "mx";
  for (int i = 0; i < 5000; ++i) many += ";spf=pass";
  EXPECT_LE(lines(many).size(), 100u);
}

}  // namespace
}  // namespace zp::intake::cell
