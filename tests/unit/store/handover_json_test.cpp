// What doors and the inner zone tell each other in item.json and envelope.json; both sides take it as
// untrusted.
#include <gtest/gtest.h>

#include <algorithm>

#include "crypto/base/secret_bytes.h"
#include "gateway/store/shelf.h"
#include "gateway/store/tray.h"
#include "gateway/store/types.h"

namespace zp::gateway {
namespace {

TEST(TrayItem, ComesBackAsItWent) {
  TrayItem put;
  put.kind = "submission";
  put.accepted_ms = 1'800'000'000'123;
  put.sealed_keys = {{1, 2, 255}, {}};
  const auto got = TrayItem::parse(put.json());
  ASSERT_TRUE(got.has_value());
  EXPECT_EQ(got->kind, "submission");
  EXPECT_EQ(got->accepted_ms, put.accepted_ms);
  EXPECT_EQ(got->sealed_keys, put.sealed_keys);
  EXPECT_EQ(got->event, "");
}

TEST(TrayItem, ComesBackAsAnEvent) {
  TrayItem put;
  put.kind = "event";
  put.event = "message-read";
  put.subject = Id::random();
  const auto got = TrayItem::parse(put.json());
  ASSERT_TRUE(got.has_value());
  EXPECT_EQ(got->event, "message-read");
  EXPECT_EQ(got->subject, put.subject);
}

TEST(TrayItem, RefusesWhatItDoesNotUnderstand) {
  for (const char* wrong :
       {"", "{", "[]", "null", "{}", R"({"kind":7,"accepted_ms":1,"sealed_keys":[]})",
        R"({"kind":"mail","accepted_ms":"1","sealed_keys":[]})", R"({"kind":"mail","accepted_ms":1,"sealed_keys":{}})",
        R"({"kind":"mail","accepted_ms":1,"sealed_keys":[7]})",
        R"({"kind":"mail","accepted_ms":1,"sealed_keys":["*"]})",
        R"({"kind":"event","accepted_ms":1,"sealed_keys":[],"event":"message-read"})",
        R"({"kind":"event","accepted_ms":1,"sealed_keys":[],"event":"message-read","subject":"../../etc"})"}) {
    const auto got = TrayItem::parse(wrong);
    ASSERT_FALSE(got.has_value()) << wrong;
    EXPECT_EQ(got.error().code, Code::kMalformed) << wrong;
  }
}

TEST(Envelope, RefusesWhatItDoesNotUnderstand) {
  const std::string lock = crypto::RecipientLock::fresh().encode();
  const auto with = [&](const std::string& rest) { return "{\"lock\":\"" + lock + "\"," + rest + "}"; };
  EXPECT_TRUE(Envelope::parse(with(R"("expires_ms":1,"code_hint":"","attachments":0)")).has_value());
  for (const std::string& wrong :
       {std::string(""), std::string("{}"), with(R"("expires_ms":"1","code_hint":"","attachments":0)"),
        with(R"("expires_ms":1,"code_hint":1,"attachments":0)"),
        with(R"("expires_ms":1,"code_hint":"","attachments":-1)"),
        with(R"("expires_ms":1,"code_hint":"","attachments":1001)"),
        std::string(R"({"lock":"x","expires_ms":1,"code_hint":"","attachments":0})")})
    EXPECT_FALSE(Envelope::parse(wrong).has_value()) << wrong;
}

TEST(ShelfId, FollowsFromTheSecretAloneAndDoesNotShowIt) {
  const SecretBytes secret = SecretBytes::random(32);
  EXPECT_EQ(shelf_id(secret), shelf_id(secret.clone()));
  EXPECT_NE(shelf_id(secret), shelf_id(SecretBytes::random(32)));
  EXPECT_EQ(secret.view().size(), 32u);
  EXPECT_FALSE(std::equal(secret.view().begin(), secret.view().begin() + 16, shelf_id(secret).bytes.begin()));
}

TEST(DossierState, HasAWordForEachStateThatReadsBack) {
  for (int i = 0; i <= static_cast<int>(DossierState::kErased); ++i) {
    const auto state = static_cast<DossierState>(i);
    EXPECT_EQ(parse_state(state_name(state)), state);
  }
  EXPECT_EQ(parse_state("gone"), std::nullopt);
}

}  // namespace
}  // namespace zp::gateway
