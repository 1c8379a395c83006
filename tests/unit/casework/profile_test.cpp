#include "gateway/casework/profile.h"

#include <gtest/gtest.h>

namespace zp::gateway {
namespace {

TEST(Profile, ComesBackAsItWentIn) {
  Profile profile;
  profile.requester = {"Zoë", "mentor", "1980-02-29", "z@example.org", "06", {"Straat 1", "1000 AA"}};
  profile.fields = {{"email", "z@example.org"}};
  profile.access_code = "GEHEIM";
  profile.evaluation.emplace();
  profile.evaluation->requirements.push_back({.slot = "request",
                                              .label = "L",
                                              .why = {},
                                              .source = {},
                                              .source_text = {},
                                              .explanation = {},
                                              .state = intake::RequirementState::kDoubtful,
                                              .document = "d",
                                              .seen = {"a"},
                                              .lacking = {"b"},
                                              .mask = true});
  profile.terms = {{"avg", "2026-11-22", "2026-12-22", {"stap"}, false, "2026-12-01"}};
  profile.deliveries = {{Id::random(), 5, "mail", Bytes{1, 2}, "id@x", "onderwerp", false}};
  profile.history = {{7, "w", "iets"}};
  profile.tasks = {"taak"};
  const auto again = Profile::parse(profile.json());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->json(), profile.json());
  EXPECT_EQ(again->evaluation->requirements[0].state, intake::RequirementState::kDoubtful);
}

TEST(Profile, AMessageKeepsItsSecret) {
  MessageData data;
  data.link_secret = SecretBytes::random(32);
  data.asked = {{"court-order", "Beschikking"}};
  const auto again = MessageData::parse(data.json());
  ASSERT_TRUE(again);
  EXPECT_EQ(again->link_secret, data.link_secret);
  EXPECT_EQ(again->asked, data.asked);
}

TEST(Profile, NonsenseIsMalformed) {
  for (const char* text : {"", "[]", "{", "{\"requester\":5}", "{\"history\":{}", "{\"terms\":[1]}"}) {
    const auto parsed = Profile::parse(text);
    ASSERT_FALSE(parsed) << text;
    EXPECT_EQ(parsed.error().code, Code::kMalformed);
  }
}

TEST(Profile, BrokenTextDoesNotStopItFromBeingKept) {
  Profile profile;
  profile.mail_text = "\xff\xfe kapot";
  EXPECT_TRUE(Profile::parse(profile.json()));
}

}  // namespace
}  // namespace zp::gateway
